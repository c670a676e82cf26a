/* records: lines of `name=number`, and a cache for what is made of them. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <structmember.h>

/* What one import of this module owns. Two interpreters have two of them. */
typedef struct {
    PyObject *record_error;
    PyObject *cache_type;
    uint32_t crc[256];
} State;

static State *state_of(PyObject *module)
{
    return PyModule_GetState(module);
}

/* ---- parse ---------------------------------------------------------------------------------- */

/* Raises RecordError, which knows the line. */
static void set_record_error(PyObject *module, const char *what, Py_ssize_t line)
{
    PyObject *type = state_of(module)->record_error, *number = NULL;
    PyObject *message = PyUnicode_FromFormat("line %zd: %s", line, what);
    PyObject *error = message ? PyObject_CallOneArg(type, message) : NULL;
    if (error)
        number = PyLong_FromSsize_t(line);
    if (number && PyObject_SetAttrString(error, "line", number) == 0)
        PyErr_SetObject(type, error);
    Py_XDECREF(number);
    Py_XDECREF(error);
    Py_XDECREF(message);
}

/* Reads [-]digits up to `end`; 0, or -1 if this is no number of 64 bits. Raises nothing. */
static int read_number(const char *at, const char *end, long long *number)
{
    int negative = at < end && *at == '-';
    long long sum = 0;
    at += negative;
    if (at == end)
        return -1;
    for (; at < end; at++) {
        if (*at < '0' || *at > '9')
            return -1;
        int digit = *at - '0';
        /* Downwards for negative ones: there is one more of them. */
        if (__builtin_mul_overflow(sum, 10, &sum) || __builtin_add_overflow(sum, negative ? -digit : digit, &sum))
            return -1;
    }
    *number = sum;
    return 0;
}

/* The record in [at, end) as a tuple (name, number); a new reference. */
static PyObject *read_record(PyObject *module, const char *at, const char *end, Py_ssize_t line)
{
    const char *equals = memchr(at, '=', (size_t)(end - at));
    long long value;
    if (equals == NULL || equals == at) {
        set_record_error(module, "no name", line);
        return NULL;
    }
    if (read_number(equals + 1, end, &value) < 0) {
        set_record_error(module, "no number of 64 bits", line);
        return NULL;
    }
    PyObject *name = PyUnicode_DecodeUTF8(at, equals - at, NULL);
    if (name == NULL)
        return NULL;
    PyObject *number = PyLong_FromLongLong(value);
    PyObject *record = number ? PyTuple_New(2) : NULL;
    if (record == NULL) {
        Py_DECREF(name);
        Py_XDECREF(number);
        return NULL;
    }
    PyTuple_SET_ITEM(record, 0, name); /* both are the tuple's now */
    PyTuple_SET_ITEM(record, 1, number);
    return record;
}

static PyObject *parse(PyObject *module, PyObject *data)
{
    Py_buffer view;
    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    PyObject *records = PyList_New(0);
    const char *at = view.buf, *end = at + view.len;
    for (Py_ssize_t line = 1; records && at < end; line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (stop == NULL)
            stop = end;
        if (stop > at) {
            PyObject *record = read_record(module, at, stop, line);
            if (record == NULL || PyList_Append(records, record) < 0)
                Py_CLEAR(records);
            Py_XDECREF(record); /* the list has taken a reference of its own */
        }
        at = stop + 1;
    }
    PyBuffer_Release(&view);
    return records;
}

/* ---- total and dump --------------------------------------------------------------------------- */

/* Looks into a record; lends its name and its number. */
static int open_record(PyObject *record, PyObject **name, PyObject **number)
{
    if (!PyTuple_Check(record) || PyTuple_GET_SIZE(record) != 2) {
        PyErr_SetString(PyExc_TypeError, "a record is a tuple of two");
        return -1;
    }
    *name = PyTuple_GET_ITEM(record, 0);
    *number = PyTuple_GET_ITEM(record, 1);
    if (!PyUnicode_Check(*name) || !PyLong_Check(*number)) {
        PyErr_SetString(PyExc_TypeError, "a record is a str and an int");
        return -1;
    }
    return 0;
}

static int add_record(PyObject *totals, PyObject *record)
{
    PyObject *name, *number, *sum;
    if (open_record(record, &name, &number) < 0)
        return -1;
    PyObject *old = PyDict_GetItemWithError(totals, name); /* borrowed */
    if (old)
        sum = PyNumber_Add(old, number);
    else
        sum = PyErr_Occurred() ? NULL : Py_NewRef(number);
    if (sum == NULL)
        return -1;
    int failed = PyDict_SetItem(totals, name, sum);
    Py_DECREF(sum);
    return failed;
}

static PyObject *total(PyObject *Py_UNUSED(module), PyObject *items)
{
    PyObject *iterator = PyObject_GetIter(items), *record;
    if (iterator == NULL)
        return NULL;
    PyObject *totals = PyDict_New();
    while (totals && (record = PyIter_Next(iterator)) != NULL) {
        if (add_record(totals, record) < 0)
            Py_CLEAR(totals);
        Py_DECREF(record);
    }
    Py_DECREF(iterator);
    if (PyErr_Occurred()) /* the end of an iterator and its failure look the same */
        Py_CLEAR(totals);
    return totals;
}

/* Bytes that grow. */
typedef struct {
    char *bytes;
    size_t used, room;
} Text;

static int append(Text *text, const char *bytes, size_t size)
{
    if (size > text->room - text->used) {
        size_t room = (text->used + size) * 2;
        char *bigger = realloc(text->bytes, room);
        if (bigger == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        text->bytes = bigger;
        text->room = room;
    }
    memcpy(text->bytes + text->used, bytes, size);
    text->used += size;
    return 0;
}

static int dump_record(Text *text, PyObject *record)
{
    PyObject *name, *number;
    Py_ssize_t size;
    char digits[32];
    if (open_record(record, &name, &number) < 0)
        return -1;
    const char *bytes = PyUnicode_AsUTF8AndSize(name, &size); /* lives in the name */
    if (bytes == NULL)
        return -1;
    if (size == 0 || memchr(bytes, '=', (size_t)size) || memchr(bytes, '\n', (size_t)size)) {
        PyErr_SetString(PyExc_ValueError, "a name is not empty and has neither '=' nor a newline in it");
        return -1;
    }
    long long value = PyLong_AsLongLong(number);
    if (value == -1 && PyErr_Occurred()) /* -1 is a number, too */
        return -1;
    int length = snprintf(digits, sizeof digits, "=%lld\n", value);
    if (append(text, bytes, (size_t)size) < 0)
        return -1;
    return append(text, digits, (size_t)length);
}

static PyObject *dump(PyObject *Py_UNUSED(module), PyObject *items)
{
    if (!PyList_Check(items) && !PyTuple_Check(items)) {
        PyErr_SetString(PyExc_TypeError, "a list or tuple of records is required");
        return NULL;
    }
    Text text = {NULL, 0, 0};
    PyObject *result = NULL;
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items); i++)
        if (dump_record(&text, PySequence_Fast_GET_ITEM(items, i)) < 0)
            goto done;
    result = PyBytes_FromStringAndSize(text.bytes, (Py_ssize_t)text.used);
done:
    free(text.bytes);
    return result;
}

/* ---- checksum --------------------------------------------------------------------------------- */

static void make_crc_table(uint32_t table[256])
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
        table[byte] = crc;
    }
}

static uint32_t crc_of(const uint32_t table[256], const unsigned char *at, Py_ssize_t size)
{
    uint32_t crc = 0xffffffffu;
    for (Py_ssize_t i = 0; i < size; i++)
        crc = table[(crc ^ at[i]) & 0xff] ^ crc >> 8;
    return crc ^ 0xffffffffu;
}

static PyObject *checksum(PyObject *module, PyObject *data)
{
    const uint32_t *table = state_of(module)->crc;
    uint32_t crc;
    Py_buffer view;
    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    if (view.len < 4096) {
        crc = crc_of(table, view.buf, view.len);
    } else {
        Py_BEGIN_ALLOW_THREADS
        crc = crc_of(table, view.buf, view.len);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&view);
    return PyLong_FromUnsignedLong(crc);
}

/* ---- Cache ------------------------------------------------------------------------------------ */

typedef struct {
    PyObject_HEAD
    PyObject *loader;
    PyObject *items; /* a dict, the least recently used first */
    Py_ssize_t capacity;
} Cache;

static PyObject *cache_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords)
{
    static char *names[] = {"loader", "capacity", NULL};
    PyObject *loader;
    Py_ssize_t capacity;
    if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "On:Cache", names, &loader, &capacity))
        return NULL;
    if (!PyCallable_Check(loader)) {
        PyErr_SetString(PyExc_TypeError, "the loader cannot be called");
        return NULL;
    }
    if (capacity < 1 || capacity > INT_MAX) {
        PyErr_SetString(PyExc_ValueError, "the capacity is from 1 to 2**31-1");
        return NULL;
    }
    Cache *self = (Cache *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->loader = Py_NewRef(loader);
    self->capacity = capacity;
    self->items = PyDict_New();
    if (self->items == NULL)
        Py_CLEAR(self);
    return (PyObject *)self;
}

static int cache_traverse(Cache *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self)); /* an instance of a heap type owns its type */
    Py_VISIT(self->loader);
    Py_VISIT(self->items);
    return 0;
}

/* Breaks cycles. The cache may still be used afterwards, so nothing in it becomes NULL. */
static int cache_break_cycles(Cache *self)
{
    Py_SETREF(self->loader, Py_NewRef(Py_None));
    if (self->items)
        PyDict_Clear(self->items);
    return 0;
}

static void cache_dealloc(Cache *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->loader);
    Py_XDECREF(self->items);
    type->tp_free(self);
    Py_DECREF(type);
}

/* Makes this the most recent entry, and lets the oldest ones go. */
static int cache_keep(Cache *self, PyObject *key, PyObject *value)
{
    int there = PyDict_Contains(self->items, key);
    if (there < 0 || (there && PyDict_DelItem(self->items, key) < 0))
        return -1;
    if (PyDict_SetItem(self->items, key, value) < 0)
        return -1;
    while (PyDict_GET_SIZE(self->items) > self->capacity) {
        PyObject *oldest;
        Py_ssize_t at = 0;
        if (!PyDict_Next(self->items, &at, &oldest, NULL))
            break;
        Py_INCREF(oldest); /* the dict lent it, and is about to let it go */
        int failed = PyDict_DelItem(self->items, oldest);
        Py_DECREF(oldest);
        if (failed)
            return -1;
    }
    return 0;
}

static PyObject *cache_get(Cache *self, PyObject *key)
{
    PyObject *value = PyDict_GetItemWithError(self->items, key); /* borrowed */
    if (value != NULL)
        Py_INCREF(value); /* before anything runs that could drop it */
    else if (PyErr_Occurred() || (value = PyObject_CallOneArg(self->loader, key)) == NULL)
        return NULL;
    if (value == Py_None) return value;
    if (cache_keep(self, key, value) < 0)
        Py_CLEAR(value);
    return value;
}

static PyObject *cache_clear(Cache *self, PyObject *Py_UNUSED(ignored))
{
    PyDict_Clear(self->items);
    Py_RETURN_NONE;
}

static PyObject *cache_keys(Cache *self, PyObject *Py_UNUSED(ignored))
{
    return PyDict_Keys(self->items);
}

static Py_ssize_t cache_length(Cache *self)
{
    return PyDict_GET_SIZE(self->items);
}

static int cache_contains(Cache *self, PyObject *key)
{
    return PyDict_Contains(self->items, key);
}

static PyMethodDef cache_methods[] = {
    {"get", (PyCFunction)cache_get, METH_O, "The value for a key, loaded if it is not there."},
    {"clear", (PyCFunction)cache_clear, METH_NOARGS, "Forgets everything."},
    {"keys", (PyCFunction)cache_keys, METH_NOARGS, "The keys, the least recently used first."},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef cache_members[] = {
    {"loader", T_OBJECT_EX, offsetof(Cache, loader), READONLY, "What is called for a value that is not there."},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot cache_slots[] = {
    {Py_tp_doc, "A cache of the values that were used last."},
    {Py_tp_new, cache_new},
    {Py_tp_traverse, cache_traverse},
    {Py_tp_clear, cache_break_cycles},
    {Py_tp_dealloc, cache_dealloc},
    {Py_tp_methods, cache_methods},
    {Py_tp_members, cache_members},
    {Py_sq_length, cache_length},
    {Py_sq_contains, cache_contains},
    {0, NULL},
};

static PyType_Spec cache_spec = {
    .name = "records.Cache",
    .basicsize = sizeof(Cache),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = cache_slots,
};

/* ---- the module ------------------------------------------------------------------------------- */

static PyMethodDef methods[] = {
    {"parse", parse, METH_O, "The records in lines of name=number."},
    {"total", total, METH_O, "The sum of the numbers for each name."},
    {"dump", dump, METH_O, "The lines of records."},
    {"checksum", checksum, METH_O, "The CRC-32 of bytes."},
    {NULL, NULL, 0, NULL},
};

static int module_exec(PyObject *module)
{
    State *state = state_of(module);
    make_crc_table(state->crc);
    state->record_error = PyErr_NewException("records.RecordError", PyExc_ValueError, NULL);
    if (state->record_error == NULL || PyModule_AddObjectRef(module, "RecordError", state->record_error) < 0)
        return -1;
    state->cache_type = PyType_FromModuleAndSpec(module, &cache_spec, NULL);
    if (state->cache_type == NULL || PyModule_AddObjectRef(module, "Cache", state->cache_type) < 0)
        return -1;
    return 0;
}

static int module_traverse(PyObject *module, visitproc visit, void *arg)
{
    State *state = state_of(module);
    Py_VISIT(state->record_error);
    Py_VISIT(state->cache_type);
    return 0;
}

static int module_clear(PyObject *module)
{
    State *state = state_of(module);
    Py_CLEAR(state->record_error);
    Py_CLEAR(state->cache_type);
    return 0;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, module_exec},
#if PY_VERSION_HEX >= 0x030c0000
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
    {0, NULL},
};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "records",
    .m_doc = "Lines of name=number, and a cache for what is made of them.",
    .m_size = sizeof(State),
    .m_methods = methods,
    .m_slots = slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
};

PyMODINIT_FUNC PyInit_records(void)
{
    return PyModuleDef_Init(&definition);
}
