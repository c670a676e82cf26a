"""What a terminal would obey: colours, a title, the clipboard, a line written over, text turned round."""
import sys

sys.stdout.write(
    "\x1b[2J\x1b[1;1H\x1b[32mScore: 100/100\x1b[0m\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07"
    "\r\x9b2J\x08\x08\u202e001/001\u2066\u200b\x00\n\x1b]8;;http://192.0.2.1/\x1b\\here\x1b]8;;\x1b\\\n"
)
