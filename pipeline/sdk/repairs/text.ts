/** StrUtf8Coder of the SDK takes a byte order mark away from the beginning of every string that it reads: it is part of the value. */
import { BytesCoder, StrUtf8Coder } from "apache-beam/coders/standard_coders";

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

StrUtf8Coder.prototype.decode = (reader, context) => utf8.decode(BytesCoder.INSTANCE.decode(reader, context));
