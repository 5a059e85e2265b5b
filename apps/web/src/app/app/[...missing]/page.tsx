import { notFound } from "next/navigation";

/** Addresses of the app that lead nowhere get the app's own 404, with its navigation. */
export default function Missing(): never {
  notFound();
}
