import { Injectable } from "@nestjs/common";

/** The process clock, injected so that tests set the time. Runs and leases use the database's clock instead. */
@Injectable()
export class Clock {
  now(): Date {
    return new Date();
  }
}
