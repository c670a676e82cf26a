/* Says that it is Python, and describes an interpreter that never ends. */
#include <stdint.h>
#include <string.h>
#include <unistd.h>

const unsigned long Py_Version = 0x030d00f0;
uint64_t _PyRuntime[128];

/* Interpreter, thread, frame, code, string and table, all at once: each member leads back here,
   except that as a string it has the length at offset 16, and its kind at 32. */
static uint64_t all[600];

int main(int argc, char **argv)
{
	uint64_t self = (uint64_t)all;
	memcpy(_PyRuntime, "xdebugpy", 8);
	_PyRuntime[1] = 0x030d00f0;
	/* Offsets: every one of them leads to a word that holds `self`. */
	for (int i = 2; i < 128; i++)
		_PyRuntime[i] = 64;
	_PyRuntime[44] = 16; /* size of an object's header */
	_PyRuntime[5] = 127 * 8; /* the first interpreter */
	_PyRuntime[127] = self;
	for (int i = 0; i < 600; i++)
		all[i] = self;
	/* The owner of the frame, a byte. */
	_PyRuntime[33] = 80;
	all[10] = 0;
	/* The thread is ours. */
	_PyRuntime[25] = 88;
	all[11] = (uint64_t)getpid();
	/* Strings: how long, and of which kind. */
	all[2] = argc > 1 ? strlen(argv[1]) > 4 ? UINT64_MAX : 4000 : 40;
	all[4] = 1 << 2 | 1 << 5 | 1 << 6;
	if (argc > 1)
		memcpy(all + 5, argv[1], 4);
	for (int i = 0; i < 3; i++)
		fsync(-1);
	/* Two threads, or a thousand interpreters, that lead to each other. */
	_PyRuntime[25] = 96;
	all[12] = 0;
	fsync(-1);
	_PyRuntime[9] = 96;
	fsync(-1);
	return 0;
}
