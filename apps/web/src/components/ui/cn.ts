import { type ClassValue, clsx } from "clsx";

/**
 * Joins class names. Nothing is taken out: of two that contradict each other the style sheet's order decides, so a
 * component leaves to its caller what its caller may choose.
 */
export function cn(...classes: ClassValue[]): string {
  return clsx(classes);
}
