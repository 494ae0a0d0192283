"""What Beam's WriteToBigQuery sends of a JSON text: one text a line in; one line out, the text that is sent, or ! and the error's class."""
import json
import sys

from apache_beam.io.gcp.bigquery_tools import RowAsDictJsonCoder


def main() -> None:
    coder = RowAsDictJsonCoder()
    for line in sys.stdin:
        try:
            sent = coder.encode(json.loads(line)).decode("utf-8")
        except Exception as error:  # whatever it is, the message is not sent
            sent = f"!{type(error).__name__}"
        sys.stdout.write(sent + "\n")


if __name__ == "__main__":
    main()
