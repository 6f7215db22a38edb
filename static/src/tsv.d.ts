// Lists that are built in as text.
declare module "*.tsv" {
  const text: string;
  export default text;
}
