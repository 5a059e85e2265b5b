/** The days whose deployments the server counts; the contracts themselves would bring their schemas into the page. */
export const STATS_DAYS = 30;
