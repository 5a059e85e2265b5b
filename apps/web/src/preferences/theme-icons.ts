import { type LucideIcon, Monitor, Moon, Sun } from "lucide-react";
import type { Theme } from "./theme";

export const themeIcons: Record<Theme, LucideIcon> = { system: Monitor, light: Sun, dark: Moon };
