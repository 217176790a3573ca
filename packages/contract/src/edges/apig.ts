import type { Format } from "../formats/format.js";
import { apigLimits, apigName, apigRules, type ApigRule } from "./apig-rules.js";
import { edgeComment } from "./edge-answers.js";

/** Writes a contract as Terraform configuration for Huawei Cloud's API Gateway: one response of an API group. */
export const apig: Format = (contract) => `${edgeComment(contract, comment)}

variable "apig_instance_id" {
  description = "ID of the dedicated APIG instance."
  type        = string
}

variable "apig_group_id" {
  description = "ID of the API group."
  type        = string
}

resource "huaweicloud_apig_response" "fg_errors" {
  instance_id = var.apig_instance_id
  group_id    = var.apig_group_id
  name        = ${hclText(apigName(contract))}
${apigRules(contract).map(ruleBlock).join("")}}
`;

const comment = [
  ...apigLimits,
  "",
  "For the provider huaweicloud/huaweicloud, in a version whose rules have headers. An API uses the response by its ID:",
  "",
  '    resource "huaweicloud_apig_api" "orders" {',
  "      response_id = huaweicloud_apig_response.fg_errors.id",
  "      …",
  "    }",
];

function ruleBlock({ type, status, body, fields }: ApigRule): string {
  const headers = fields.map(
    ([key, value]) => `
    headers {
      key   = ${hclText(key)}
      value = ${hclText(value)}
    }
`,
  );
  return `
  rule {
    error_type  = ${hclText(type)}
    status_code = ${status}
    body        = ${hclText(body)}
${headers.join("")}  }
`;
}

/** Quotes a text that has no template in it: HCL has JSON's escapes. */
const hclText = (text: string) => JSON.stringify(text);
