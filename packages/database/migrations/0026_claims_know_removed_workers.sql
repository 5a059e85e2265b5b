-- A run is asked for at once: nobody could claim one of a worker that was removed.
GRANT SELECT (state) ON workers TO pulsekeep_claims;
