import { Landing } from "@/features/landing/landing";
import { findMe } from "@/api/server";

export default async function LandingPage() {
  const me = await findMe();
  return <Landing signedIn={me !== undefined} />;
}
