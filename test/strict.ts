// Runs before each test file: an illegal transition of the response interceptor fails the test that causes it.
import { strictness } from "../packages/core/src/interceptor/interceptor-state.js";

strictness.onIllegalTransition = (message) => {
  throw new Error(message);
};
