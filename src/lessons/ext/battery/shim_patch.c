/*
 * Turns a loaded module's references to functions into references to the shim's stubs, and back.
 *
 * A shared object reaches a function of another one through its global offset table: by an entry of
 * type JUMP_SLOT (called through the PLT) or GLOB_DAT (called, or taken, directly). Both hold an
 * address that the dynamic linker has written; here it is written again. See ld.so(8), elf(5),
 * dl_iterate_phdr(3). Calls inside of one object, and inline functions such as Py_INCREF, do not go
 * through the table and are not seen.
 */
#define _GNU_SOURCE
#include "shim.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if !defined(__x86_64__)
#error "the shim has stubs for x86-64 only"
#endif

struct function shim_functions[STUBS];
uint32_t shim_count;

struct slot {
    uintptr_t *place;
    uintptr_t was;
    uintptr_t low, high;  /* pages to make read-only again */
};

static struct slot slots[1 << 14];
static size_t slot_count;

struct known {
    const char *name;
    const char *letters;
};

static const struct known known[] = {
#define API(name, letters) {#name, letters},
#include "shim_api.h"
#undef API
};

static void describe(struct function *function, const char *name, uintptr_t real) {
    function->name = name;
    function->real = real;
    function->kind = 'v';
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, name) == 0) {
            function->kind = known[i].letters[0];
            strncpy(function->flags, known[i].letters + 1, sizeof function->flags - 1);
        }
}

static int is_listed(const char *name) {
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, name) == 0)
            return 1;
    return 0;
}

/* Number of the function's stub; -1 if there is none left. */
static int64_t number_of(const char *name, uintptr_t real) {
    for (uint32_t i = 0; i < shim_count; i++)
        if (shim_functions[i].real == real && strcmp(shim_functions[i].name, name) == 0)
            return i;
    if (shim_count == STUBS)
        return -1;
    describe(&shim_functions[shim_count], name, real);
    return shim_count++;
}

static int is_code(uintptr_t address) {
    Dl_info info;
    ElfW(Sym) *symbol = NULL;
    if (!dladdr1((void *)address, &info, (void **)&symbol, RTLD_DL_SYMENT))
        return 0;
    if (!symbol)
        return 1; /* a function without a dynamic symbol where it lies: the name said what it is */
    int type = ELF64_ST_TYPE(symbol->st_info);
    return type == STT_FUNC || type == STT_GNU_IFUNC;
}

/* What to patch: an object by its file's name, or the GIL's functions in all objects but two. */
struct search {
    const char *file;
    int only_gil;
    uintptr_t shim_base, python_base;
    int patched;
};

static int is_gil_function(const char *name) {
    return strcmp(name, "PyEval_SaveThread") == 0 || strcmp(name, "PyEval_RestoreThread") == 0
        || strcmp(name, "PyEval_AcquireThread") == 0 || strcmp(name, "PyEval_ReleaseThread") == 0;
}

static void patch_slot(const struct dl_phdr_info *object, uintptr_t *place, const char *name, struct search *search) {
    uintptr_t real = *place;
    Dl_info info;
    if (!real || slot_count == sizeof slots / sizeof *slots)
        return;
    if (real >= (uintptr_t)shim_stubs && real < (uintptr_t)shim_stubs + STUBS * STUB_SIZE)
        return; /* patched already */
    if (dladdr((void *)real, &info) && (uintptr_t)info.dli_fbase == object->dlpi_addr) {
        real = (uintptr_t)dlsym(RTLD_DEFAULT, name); /* not bound yet: points to its own PLT */
        if (!real)
            return;
    }
    if (!is_code(real))
        return;
    int64_t number = number_of(name, real);
    if (number < 0)
        return;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), low = (uintptr_t)place & ~(page - 1);
    uintptr_t relro_low = 0, relro_high = 0;
    for (int i = 0; i < object->dlpi_phnum; i++)
        if (object->dlpi_phdr[i].p_type == PT_GNU_RELRO) {
            relro_low = (object->dlpi_addr + object->dlpi_phdr[i].p_vaddr) & ~(page - 1);
            relro_high = (object->dlpi_addr + object->dlpi_phdr[i].p_vaddr + object->dlpi_phdr[i].p_memsz) & ~(page - 1);
        }
    if (mprotect((void *)low, page, PROT_READ | PROT_WRITE) != 0)
        return;
    struct slot *slot = &slots[slot_count++];
    slot->place = place;
    slot->was = *place;
    slot->low = slot->high = 0;
    *place = (uintptr_t)shim_stubs + (uintptr_t)number * STUB_SIZE;
    if (low >= relro_low && low < relro_high) {
        slot->low = low;
        slot->high = low + page;
        mprotect((void *)low, page, PROT_READ);
    }
    search->patched++;
}

static int patch_object(struct dl_phdr_info *object, size_t size, void *data) {
    (void)size;
    struct search *search = data;
    const ElfW(Dyn) *dynamic = NULL;
    if (search->file ? strcmp(object->dlpi_name, search->file) != 0
                     : object->dlpi_addr == search->shim_base || object->dlpi_addr == search->python_base)
        return 0;
    for (int i = 0; i < object->dlpi_phnum; i++)
        if (object->dlpi_phdr[i].p_type == PT_DYNAMIC)
            dynamic = (const ElfW(Dyn) *)(object->dlpi_addr + object->dlpi_phdr[i].p_vaddr);
    if (!dynamic || object->dlpi_name[0] == 0)
        return 0;
    const ElfW(Sym) *symbols = NULL;
    const char *names = NULL;
    const ElfW(Rela) *tables[2] = {NULL, NULL};
    size_t sizes[2] = {0, 0};
    for (const ElfW(Dyn) *d = dynamic; d->d_tag != DT_NULL; d++) {
        if (d->d_tag == DT_SYMTAB) symbols = (const void *)d->d_un.d_ptr;
        if (d->d_tag == DT_STRTAB) names = (const void *)d->d_un.d_ptr;
        if (d->d_tag == DT_JMPREL) tables[0] = (const void *)d->d_un.d_ptr;
        if (d->d_tag == DT_PLTRELSZ) sizes[0] = d->d_un.d_val;
        if (d->d_tag == DT_RELA) tables[1] = (const void *)d->d_un.d_ptr;
        if (d->d_tag == DT_RELASZ) sizes[1] = d->d_un.d_val;
    }
    if (!symbols || !names || (uintptr_t)symbols < object->dlpi_addr)
        return 0; /* the vDSO: its addresses are not relocated */
    for (int t = 0; t < 2; t++)
        for (size_t i = 0; tables[t] && i < sizes[t] / sizeof(ElfW(Rela)); i++) {
            const ElfW(Rela) *relocation = &tables[t][i];
            uint32_t type = ELF64_R_TYPE(relocation->r_info);
            const ElfW(Sym) *symbol = &symbols[ELF64_R_SYM(relocation->r_info)];
            const char *name = names + symbol->st_name;
            if ((type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT) || symbol->st_shndx != SHN_UNDEF)
                continue;
            int wanted = search->only_gil ? is_gil_function(name)
                                          : strncmp(name, "Py", 2) == 0 || strncmp(name, "_Py", 3) == 0 || is_listed(name);
            if (wanted)
                patch_slot(object, (uintptr_t *)(object->dlpi_addr + relocation->r_offset), name, search);
        }
    return 0;
}

/* Watches what one loaded object calls; `file` as in /proc/self/maps. Number of references turned. */
int shim_patch(const char *file) {
    struct search search = {.file = file};
    if (shim_start() != 0)
        return -1;
    dl_iterate_phdr(patch_object, &search);
    return search.patched;
}

/* Watches who gives the GIL away, in every object that is loaded but the interpreter and the shim. */
int shim_patch_gil(void) {
    struct search search = {.file = NULL, .only_gil = 1};
    Dl_info info;
    if (shim_start() != 0)
        return -1;
    if (dladdr((void *)shim_patch_gil, &info))
        search.shim_base = (uintptr_t)info.dli_fbase;
    void *save = dlsym(RTLD_DEFAULT, "PyEval_SaveThread");
    if (save && dladdr(save, &info))
        search.python_base = (uintptr_t)info.dli_fbase;
    dl_iterate_phdr(patch_object, &search);
    return search.patched;
}

/* Puts everything back as it was. */
void shim_restore(void) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    while (slot_count > 0) {
        struct slot *slot = &slots[--slot_count];
        if (slot->low)
            mprotect((void *)slot->low, page, PROT_READ | PROT_WRITE);
        *slot->place = slot->was;
        if (slot->low)
            mprotect((void *)slot->low, page, PROT_READ);
    }
}

const char *shim_name(uint32_t number) {
    return number < shim_count ? shim_functions[number].name : NULL;
}
