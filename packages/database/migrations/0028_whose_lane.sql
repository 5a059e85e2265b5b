-- A pulse names its lane and its worker with its workspace. When one of them goes, what goes with it is found by the
-- index by workspace: each lane of a deleted account cost a walk through the pulses of everybody. (An index of its own
-- would cost each move of a cursor.)
ALTER TABLE "lanes" ADD CONSTRAINT "lanes_of_workspace" UNIQUE("workspace_id","id");--> statement-breakpoint
ALTER TABLE "workers" ADD CONSTRAINT "workers_of_workspace" UNIQUE("workspace_id","id");--> statement-breakpoint
ALTER TABLE "pulses" DROP CONSTRAINT "pulses_worker_id_workers_id_fk";--> statement-breakpoint
ALTER TABLE "pulses" DROP CONSTRAINT "pulses_lane_id_lanes_id_fk";--> statement-breakpoint
ALTER TABLE "pulses" ADD CONSTRAINT "pulses_worker" FOREIGN KEY ("workspace_id","worker_id") REFERENCES "public"."workers"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pulses" ADD CONSTRAINT "pulses_lane" FOREIGN KEY ("workspace_id","lane_id") REFERENCES "public"."lanes"("workspace_id","id") ON DELETE cascade ON UPDATE no action;
