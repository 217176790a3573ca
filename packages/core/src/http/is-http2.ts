import type { ServerHttp2Stream } from "node:http2";

/**
 * Whether a request or response is one of node:http2. Its members show it, since a framework may have replaced its prototype.
 * @example if (isHttp2(response)) response.stream.close();
 */
export function isHttp2<Message extends object>(
  message: Message,
): message is Extract<Message, { readonly stream: ServerHttp2Stream }> {
  return (message as { readonly stream?: unknown }).stream !== undefined; // `in` takes eight times as long on messages of many shapes
}
