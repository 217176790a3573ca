// Other versions under names of their own: typed as the current one, whose types the tests use.
declare module "koa2" {
  export { default } from "koa";
}
declare module "express4" {
  export { default } from "express";
}
declare module "express5.0" {
  export { default } from "express";
}
