-- What is written before its partition is made goes to the default one, as when nothing made any for a week. PostgreSQL
-- makes no partition then for what the default holds already: the whole job failed, and with it all that it tidies up.
-- Such a day, or month, stays where it is; its samples go from there when their time is over.
CREATE OR REPLACE FUNCTION ensure_partitions(reference timestamptz) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE day date; month date; today date := (reference AT TIME ZONE 'UTC')::date;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('pulsekeep.ensure_partitions'));
  FOR offset_days IN -1..7 LOOP
    day := today + offset_days;
    IF to_regclass(format('public.metric_samples_%s', to_char(day, 'YYYYMMDD'))) IS NULL
      AND NOT EXISTS (SELECT FROM public.metric_samples_default
                      WHERE at >= day::timestamp AT TIME ZONE 'UTC' AND at < (day + 1)::timestamp AT TIME ZONE 'UTC') THEN
      EXECUTE format('CREATE TABLE public.metric_samples_%s PARTITION OF public.metric_samples FOR VALUES FROM (%L) TO (%L)',
        to_char(day, 'YYYYMMDD'), day::text || ' 00:00:00+00', (day + 1)::text || ' 00:00:00+00');
    END IF;
  END LOOP;
  FOR offset_months IN 0..2 LOOP
    month := (date_trunc('month', today::timestamp) + make_interval(months => offset_months))::date;
    IF to_regclass(format('public.audit_entries_%s', to_char(month, 'YYYYMM'))) IS NULL
      AND NOT EXISTS (SELECT FROM public.audit_entries_default
                      WHERE recorded_at >= month::timestamp AT TIME ZONE 'UTC'
                        AND recorded_at < (month + interval '1 month') AT TIME ZONE 'UTC') THEN
      EXECUTE format('CREATE TABLE public.audit_entries_%s PARTITION OF public.audit_entries FOR VALUES FROM (%L) TO (%L)',
        to_char(month, 'YYYYMM'), month::text || ' 00:00:00+00',
        (month + interval '1 month')::date::text || ' 00:00:00+00');
      EXECUTE format('CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON public.audit_entries_%s FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_audit_change()',
        to_char(month, 'YYYYMM'));
    END IF;
  END LOOP;
END $$;
CREATE OR REPLACE FUNCTION drop_old_samples(reference timestamptz, keep_days integer) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE partition text; dropped integer := 0;
BEGIN
  FOR partition IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'public.metric_samples'::regclass AND c.relname ~ '^metric_samples_\d{8}$'
      AND to_date(right(c.relname, 8), 'YYYYMMDD') < (reference AT TIME ZONE 'UTC')::date - greatest(keep_days, 1)
  LOOP
    EXECUTE format('DROP TABLE public.%I', partition);
    dropped := dropped + 1;
  END LOOP;
  DELETE FROM public.metric_samples_default
    WHERE at < ((reference AT TIME ZONE 'UTC')::date - greatest(keep_days, 1))::timestamp AT TIME ZONE 'UTC';
  RETURN dropped;
END $$;
