/**
 * Repairs of the Beam SDK 2.49.0, the newest on npm, where it is wrong or silent on the path that we use: one concern a file. They are
 * made on the SDK's own classes when this is imported, so they hold for the driver, and for a worker, which requires our registered
 * modules before it makes its Worker. Where it is right and slow, see ../fast.
 */
import "./int64";
import "./row-fields";
import "./schema-ids";
import "./objects";
import "./context";
import "./metrics";
import "./message-limits";
import "./control-channel";
import "./requests";
import "./bundles";
import "./data-channel";
import "./artifacts";
import "./chatter";
