/* Lies to whoever looks at its stack; argv[1] says how. */
#define _GNU_SOURCE
#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

__attribute__((noinline)) static int recurse(int depth)
{
	int done = depth > 0 ? recurse(depth - 1) : fsync(-1);
	return done + 1;
}

/* fsync(-1) with any stack pointer and frame pointer. */
static void with(uint64_t sp, uint64_t fp)
{
	__asm__ volatile("push %%rbx; push %%rbp; mov %%rsp, %%rbx\n"
			 "mov %0, %%rsp; mov %1, %%rbp\n"
			 "mov $74, %%eax; mov $-1, %%edi; syscall\n"
			 "mov %%rbx, %%rsp; pop %%rbp; pop %%rbx"
			 :
			 : "r"(sp), "r"(fp)
			 : "rax", "rdi", "rcx", "r11", "memory");
}

static void stack(void)
{
	uint64_t *loop = malloc(64);
	with(0, 0);
	with(8, 16);
	with(UINT64_MAX, UINT64_MAX);
	with(UINT64_MAX - 7, UINT64_MAX - 15);
	loop[0] = (uint64_t)loop;
	loop[1] = (uint64_t)recurse;
	with((uint64_t)loop, (uint64_t)loop);
	with(0x7fffffffffff, (uint64_t)loop);
}

/* Calls `change` for this program's own headers, before anything of it was looked at. */
static int scribble(struct dl_phdr_info *info, size_t size, void *how)
{
	(void)size;
	const char *what = how;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &info->dlpi_phdr[i];
		char *start = (char *)info->dlpi_addr + header->p_vaddr;
		size_t len = header->p_memsz;
		if (!strcmp(what, "frames") && header->p_type == PT_GNU_EH_FRAME)
			len += 4096;
		else if (strcmp(what, "header") || header->p_type != PT_LOAD || header->p_offset)
			continue;
		uintptr_t page = (uintptr_t)start & -4096UL;
		mprotect((void *)page, ((uintptr_t)start + len - page + 4095) & -4096UL, PROT_READ | PROT_WRITE);
		if (!strcmp(what, "header")) {
			/* Still an image, of a segment that is everywhere. */
			ElfW(Phdr) *table = (void *)(start + sizeof(ElfW(Ehdr)));
			for (int j = 0; j < info->dlpi_phnum; j++) {
				table[j].p_memsz = table[j].p_filesz = UINT64_MAX - 3;
				if (table[j].p_type != PT_LOAD)
					table[j].p_vaddr ^= 0x1234567;
			}
		} else {
			for (size_t at = 12; at < len && at < 4096; at += 3)
				start[at] = (char)(at * 31);
		}
	}
	return 1; /* only the program itself, which comes first */
}

static void mappings(void)
{
	for (int i = 0; i < 20000; i++)
		mmap((void *)(0x10000000UL + i * 8192UL), 4096, PROT_READ | PROT_EXEC,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	for (int i = 0; i < 200; i++)
		fsync(-1);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	if (!strcmp(argv[1], "recursion"))
		recurse(100000);
	else if (!strcmp(argv[1], "stack"))
		stack();
	else if (!strcmp(argv[1], "mappings"))
		mappings();
	else {
		dl_iterate_phdr(scribble, argv[1]);
		recurse(5);
	}
	return 0;
}
