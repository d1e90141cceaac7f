import { callRoute } from "./call/routes";
import { callsRoute } from "./list/routes";

export { sharedRoute } from "./call/routes";

export const callRoutes = [callsRoute, callRoute];
