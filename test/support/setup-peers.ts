/** `make bench-peers`: installs the programs that `make bench` measures beside ours, into build/. Quick the second time. */
import { setUp } from "./set-up";
import { prepareJava } from "../bench/peers/java";
import { preparePython } from "../bench/peers/python";

setUp({ "Python Beam and Python Faker": preparePython, "Java Beam": prepareJava });
