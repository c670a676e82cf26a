/* textkit: lines and words of a text, by the C API.
 *
 * Every function has one way out for errors, behind which it owns nothing.
 * References that a call gives away or lends are marked where they come in. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <string.h>

/* The text as UTF-8, which lives as long as the text does; NULL with an exception if it is no text. */
static const char *utf8_of(PyObject *text, Py_ssize_t *size)
{
    if (!PyUnicode_Check(text)) {
        PyErr_Format(PyExc_TypeError, "a str is required, not %.200s", Py_TYPE(text)->tp_name);
        return NULL;
    }
    return PyUnicode_AsUTF8AndSize(text, size); /* refuses lone surrogates */
}

static PyObject *count_lines(PyObject *Py_UNUSED(module), PyObject *text)
{
    Py_ssize_t size;
    const char *at = utf8_of(text, &size);
    if (at == NULL)
        return NULL;
    /* By size, not by terminator: NUL is a character like any other. */
    const char *end = at + size;
    Py_ssize_t lines = 0;
    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        lines++;
        at++;
    }
    return PyLong_FromSsize_t(lines);
}

static PyObject *longest_line(PyObject *Py_UNUSED(module), PyObject *text)
{
    Py_ssize_t size;
    if (utf8_of(text, &size) == NULL)
        return NULL;
    /* Positions are characters here, so lengths are, too. */
    Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    Py_ssize_t best = 0, best_length = -1, start = 0;
    while (start <= length) {
        Py_ssize_t end = start < length ? PyUnicode_FindChar(text, '\n', start, length, 1) : -1;
        if (end == -2)
            return NULL;
        if (end == -1)
            end = length;
        if (end - start > best_length) {
            best = start;
            best_length = end - start;
        }
        start = end + 1;
    }
    return PyUnicode_Substring(text, best, best + best_length);
}

/* Adds one to a word's count; -1 with an exception if that cannot be done. */
static int count_word(PyObject *counts, PyObject *word)
{
    if (!PyUnicode_Check(word)) {
        PyErr_Format(PyExc_TypeError, "words are str, not %.200s", Py_TYPE(word)->tp_name);
        return -1;
    }
    PyObject *old = PyDict_GetItemWithError(counts, word); /* borrowed */
    Py_ssize_t count = 0;
    if (old != NULL) {
        count = PyLong_AsSsize_t(old);
    }
    if (PyErr_Occurred())
        return -1;
    PyObject *new = PyLong_FromSsize_t(count + 1);
    if (new == NULL)
        return -1;
    int failed = PyDict_SetItem(counts, word, new); /* takes a reference of its own */
    Py_DECREF(new);
    return failed;
}

static PyObject *tally(PyObject *Py_UNUSED(module), PyObject *words)
{
    PyObject *counts = NULL, *word;
    PyObject *iterator = PyObject_GetIter(words);
    if (iterator == NULL)
        return NULL;
    counts = PyDict_New();
    if (counts == NULL)
        goto failed;
    while ((word = PyIter_Next(iterator)) != NULL) {
        int bad = count_word(counts, word);
        Py_DECREF(word);
        if (bad)
            goto failed;
    }
    /* NULL means the end or an error; only the exception tells which. */
    if (PyErr_ExceptionMatches(PyExc_IndexError))
        PyErr_Clear();
    if (PyErr_Occurred())
        goto failed;
    Py_DECREF(iterator);
    return counts;
failed:
    Py_XDECREF(counts);
    Py_DECREF(iterator);
    return NULL;
}

static PyMethodDef methods[] = {
    {"count_lines", count_lines, METH_O, "The number of newlines in a text."},
    {"longest_line", longest_line, METH_O, "The first of the lines with the most characters."},
    {"tally", tally, METH_O, "How often each word comes."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
#if PY_VERSION_HEX >= 0x030c0000
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
    {0, NULL},
};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "textkit",
    .m_doc = "Lines and words of a text.",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit_textkit(void)
{
    return PyModuleDef_Init(&definition);
}
