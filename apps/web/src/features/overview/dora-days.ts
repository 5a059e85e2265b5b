/** The window of the delivery figures; the server fetches what the page shows. */
export const DORA_DAYS = 30;
