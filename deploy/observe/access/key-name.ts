/** A key's name, with or without the version that something lies under. */
const VERSION = "/cryptoKeyVersions/";

export const keyOfName = (name: string): string => name.split(VERSION)[0]!;

/** Its number; undefined where none is named. */
export const versionOfName = (name: string): string | undefined => name.split(VERSION)[1];
