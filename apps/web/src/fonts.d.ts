declare module "*.woff2" {
  /** Where the browser finds it. */
  const address: string;
  export default address;
}
