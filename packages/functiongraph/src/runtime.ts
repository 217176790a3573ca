/**
 * Describes the event that API Gateway makes of a request (FunctionGraph Developer Guide, "Supported Event Sources").
 * @example
 * const orderOf = ({ pathParameters }: ApigEvent) => pathParameters["id"] ?? "none";
 * exports.handler = fgErrors(async (event: ApigEvent) => ({ statusCode: 200, body: orderOf(event) }));
 */
export interface ApigEvent {
  /** Base64, unless the trigger is set otherwise: see `isBase64Encoded`. */
  readonly body: string;
  readonly isBase64Encoded: boolean;
  readonly httpMethod: string;
  /** Without the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly queryStringParameters: Readonly<Record<string, string>>;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly requestContext: { readonly apiId: string; readonly requestId: string; readonly stage: string };
}

/**
 * Describes the context of an invocation: those of its methods that an API needs.
 * @example const note = (context: FunctionContext) => context.getLogger().info(context.getRequestID());
 */
export interface FunctionContext {
  getRequestID(): string;
  getUserData(key: string): string | undefined;
  getRemainingTimeInMilliSeconds(): number;
  getLogger(): { info(text: unknown): void };
}
