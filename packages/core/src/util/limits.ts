// Every limit of what is read, searched and sent, with its reason. Limits of header fields and paths are in http/, which may not import
// from here.

/** Limits the characters of a message that are sent. A longer text is not read by anybody, and may be a client's or an upstream's. */
export const maxTextCharacters = 1000;

/** Limits the invalid fields that are listed. More are of no use to a client. */
export const maxFieldErrors = 100;

/**
 * Limits the keys of the path to an invalid field that are sent. A client may nest without end: a deeper field is reported as its
 * container.
 */
export const maxPathKeys = 32;

/** Limits the keys of a path that are read: one more than are sent, for the part of the request with which a path may begin. */
export const maxReadPathKeys = maxPathKeys + 1;

/** Limits the characters of one key. A client may choose its names: a field with a longer key is reported as its container. */
export const maxKeyCharacters = 200;

/** Limits the characters of a path that are split into keys. */
export const maxPathCharacters = maxPathKeys * maxKeyCharacters;

/** Limits the extension members of an upstream's problem: more than any service documents. */
export const maxExtensions = 100;

/** Limits the levels of an upstream's extension member. A deeper one would be expensive to copy, and to parse for a client. */
export const maxExtensionDepth = 32;

/** Limits the characters of all extension members of an upstream: as many as are read of its body by default. */
export const maxExtensionsCharacters = 65_536;

/** Sets the cost of a value in an extension member, in characters, besides those of its text. */
export const charactersPerExtensionValue = 8;

/** Limits the octets of an error body that are read by default: enough for any error document, and little memory for each request. */
export const defaultErrorBodyLimit = 65_536;

/** Limits the octets that the option `errorBodyLimit` may be. Each failing request may use as much memory. */
export const maxErrorBodyLimit = 16_777_216;

/** Limits the milliseconds that the content of an error body may need. A body that drips would make the client wait for ever. */
export const errorBodyTimeout = 1000;

/** Limits the milliseconds for which an upload may stand still whose answer is complete, before the rest of it is discarded. */
export const stalledUploadTime = 1000;

/** Limits the characters of X-Language and of Accept-Language that are read. Browsers send fewer than a hundred. */
export const maxLanguageCharacters = 1000;

/** Limits the characters of a range of languages: twice the 35 for which RFC 5646 section 4.4.1 asks. */
export const maxLanguageTagCharacters = 70;

/** Limits the content codings that are undone. An upstream that applies more wants to cause work. */
export const maxContentCodings = 3;

/** Limits the wrappers (`cause`, `errors[0]`) that are opened to find a code. The limit also ends a cycle. */
export const maxWrappedErrors = 8;

/** Limits the values that are examined for one thrown value. A wrapper may have many causes, and may be its own cause. */
export const maxRecognisedValues = 32;

/** Limits the prototypes of an error that are compared with a catalogue's classes. A Proxy may have a chain without an end. */
export const maxPrototypes = 32;

/** Limits the results of a union of rate limiters that are read: more than anybody combines. */
export const maxRateLimiters = 16;

/** Limits the issues of a validation error that are followed, and unknown keys that are listed. Issues may contain each other. */
export const maxNestedIssues = 1000;

/** Limits the levels of nested issues that are followed. */
export const maxIssueDepth = 8;

/** Limits the values that superstruct may validate a second time, which it does at once when asked for all failures. */
export const maxRevalidatedValues = 1000;

/** Limits the sentences of validators of one length that are remembered: together some 500 KB. */
export const maxKnownSentencesOfLength = 8;
/** Limits the length of a sentence that is remembered, in characters. */
export const maxKnownSentenceCharacters = 200;

/** Limits the characters of a validator's message. A longer message quotes what the client sent. */
export const maxMessageCharacters = 4000;

/**
 * Sets the fewest characters of a value that is searched for in a message. A shorter value, such as "3", is part of too many harmless
 * messages.
 */
export const minSearchedCharacters = 3;

/**
 * Limits the characters of a value's start that are searched for. A message that contains as many of them quotes the value, and V8 finds a
 * text of this length in linear time.
 */
export const maxSearchedCharacters = 100;

/** Limits the values, and members of values, that are searched for in one message. */
export const maxSearchedValues = 50;

/**
 * Limits the characters that the search of one error's messages may examine: a hundred issues with one object of fifty members; some
 * milliseconds.
 */
export const maxSearchWork = 4_000_000;

/** Sets the cost of a message or a value in that search, in characters, besides its own. */
export const charactersPerSearchedText = 50;

/** Limits the methods that are read of a host's list for Allow, which may never end. Node knows about 35. */
export const maxAllowedMethods = 100;

/** Limits the characters of a method in Allow. The longest that Node knows has 11. */
export const maxMethodCharacters = 32;

/** Limits the characters of others' Proxy-Status that are kept. Node and most proxies accept 16 KiB for all fields of a response. */
export const maxProxyStatusCharacters = 4096;

/** Limits the errors of a chain of causes that are written to stderr. The limit also ends a cycle. */
export const maxLoggedErrors = 5;

/** Limits the characters of the stacks that are written to stderr for one problem. */
export const maxLoggedCharacters = 10_000;

/** Limits the characters of a stack in which the frame of a timer is looked for: ten frames with long paths. */
export const maxStackCharacters = 8000;

/** Limits the lists of rules that are merged one after another, which takes quadratic time: few errors have as many members that rules look for. */
export const maxMergedLists = 10;
