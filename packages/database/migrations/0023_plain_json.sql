-- What is only ever read whole is kept as it was written: jsonb is taken apart when it is stored and written anew for
-- each reader, which was a fourteenth of what a run costs the database. Both tables are written anew, once.
ALTER TABLE pulses
  ALTER COLUMN schedule TYPE json,
  ALTER COLUMN jitter TYPE json,
  ALTER COLUMN rest TYPE json,
  ALTER COLUMN message TYPE json,
  ALTER COLUMN change TYPE json;
--> statement-breakpoint
ALTER TABLE runs ALTER COLUMN params TYPE json;
--> statement-breakpoint
-- A change of type forgets this: what a signal says stays out of the row that is copied each time.
ALTER TABLE runs ALTER COLUMN params SET STORAGE EXTERNAL;
