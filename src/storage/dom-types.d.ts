/** Types of browsers that the declarations of aws4fetch name and those of Node lack. */
type HeadersInit = Headers | Readonly<Record<string, string>>;
type BodyInit = string | Uint8Array;
