/** The SDK's worker made quick: one concern a file, as the repairs are. `make bench-worker` measures what it all buys. */
import "./strings";
import "./rows";
import "./windowed-values";
import "./source";
import "./sink";
import "./steps";
import "./counters";
