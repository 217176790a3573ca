import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { BasicCredentials } from "@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials.js";
import { HcClient } from "@huaweicloud/huaweicloud-sdk-core/HcClient.js";
import { DefaultHttpClient } from "@huaweicloud/huaweicloud-sdk-core/http/DefaultHttpClient.js";
import { request as octokit } from "@octokit/request";
import axios from "axios";
import { Gaxios } from "gaxios";
import got from "got";
import ky from "ky";
import needle from "needle";
import nodeFetch3 from "node-fetch";
// @ts-expect-error -- no types
import nodeFetch2 from "node-fetch2";
import { ofetch } from "ofetch";
import superagent from "superagent";
import { Agent, fetch as undiciFetch, interceptors, request } from "undici";
import { Agent as Agent6, request as request6 } from "undici6";
import wretch from "wretch";

/** Asks for JSON, in `ms` milliseconds at most and, where the client has such an option, for no more than `limit` bytes. */
export type Call = (url: string, ms: number) => Promise<unknown>;

const limit = 20_000;
const within = (ms: number) => AbortSignal.timeout(ms);

const limited7 = new Agent({ maxResponseSize: limit });
const throwing7 = limited7.compose(interceptors.responseError());
const limited6 = new Agent6({ maxResponseSize: limit });
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Clients that throw at a status that is not a success. */
export const throwing = {
  "undici 7 responseError": async (url, ms) => (await request(url, { dispatcher: throwing7, signal: within(ms) })).body.json(),
  "undici 6 throwOnError": async (url, ms) =>
    (await request6(url, { dispatcher: limited6, signal: within(ms), throwOnError: true })).body.json(),
  axios: (url, ms) => axios.get(url, { timeout: ms, maxContentLength: limit }),
  "axios strict": (url, ms) =>
    axios.get(url, {
      timeout: ms,
      responseType: "json",
      transitional: { clarifyTimeoutError: true, silentJSONParsing: false },
      maxContentLength: limit,
    }),
  "axios signal": (url, ms) => axios.get(url, { signal: within(ms), maxContentLength: limit }),
  "axios fetch": (url, ms) => axios.get(url, { adapter: "fetch", timeout: ms, maxContentLength: limit }),
  got: (url, ms) => got(url, { timeout: { request: ms }, retry: { limit: 0 } }).json(),
  "got signal": (url, ms) => got(url, { signal: within(ms), retry: { limit: 0 } }).json(),
  ky: (url, ms) => ky.get(url, { timeout: ms, retry: 0, signal: within(ms * 2) }).json(),
  superagent: (url, ms) => superagent.get(url).timeout(ms).maxResponseSize(limit),
  "superagent response": (url, ms) =>
    superagent
      .get(url)
      .timeout({ response: ms, deadline: ms * 2 })
      .maxResponseSize(limit),
  ofetch: (url, ms) => ofetch(url, { retry: 0, signal: within(ms) }),
  wretch: (url, ms) =>
    wretch(url)
      .options({ signal: within(ms) })
      .get()
      .json(),
  gaxios: (url, ms) => new Gaxios().request({ url, timeout: ms, retry: false, responseType: "json", size: limit }),
  aws: (url, ms) => {
    const requestHandler = { requestTimeout: ms, throwOnRequestTimeout: true, socketTimeout: ms };
    const credentials = { accessKeyId: "id", secretAccessKey: "s3cr3t" };
    const client = new SQSClient({ endpoint: url, region: "none", credentials, maxAttempts: 1, requestHandler });
    return client.send(new ListQueuesCommand({}));
  },
  octokit: (baseUrl, ms) => octokit("GET /s3cr3t", { baseUrl, request: { signal: within(ms) } }),
  huawei: (url, ms) => {
    const http = new DefaultHttpClient({ logger: silent as never, axiosRequestConfig: { timeout: ms } }, [url]);
    const credential = new BasicCredentials().withAk("ak").withSk("s3cr3t").withProjectId("id");
    const client = new HcClient(http).withEndpoints([url]).withCredential(credential);
    return client.sendRequest({
      url: "/s3cr3t",
      method: "GET",
      contentType: "application/json",
      pathParams: {},
      queryParams: {},
      headers: {},
      data: {},
    });
  },
} satisfies Record<string, Call>;

/** Clients that leave the status to their user. */
export const lenient = {
  fetch: async (url, ms) => (await fetch(url, { signal: within(ms) })).json(),
  "undici 7": async (url, ms) => (await request(url, { dispatcher: limited7, signal: within(ms) })).body.json(),
  "undici 7 fetch": async (url, ms) => (await undiciFetch(url, { dispatcher: limited7, signal: within(ms) })).json(),
  "undici 6": async (url, ms) => (await request6(url, { dispatcher: limited6, signal: within(ms) })).body.json(),
  "node-fetch 3": async (url, ms) => (await nodeFetch3(url, { signal: within(ms), size: limit })).json(),
  "node-fetch 2": async (url, ms) => (await nodeFetch2(url, { timeout: ms, size: limit })).json(),
  needle: (url, ms) => needle("get", url, { response_timeout: ms, read_timeout: ms, follow_max: 3 }),
} satisfies Record<string, Call>;

export type ClientName = keyof typeof throwing | keyof typeof lenient;

export const clients: Readonly<Record<ClientName, Call>> = { ...throwing, ...lenient };
