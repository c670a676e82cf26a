/* textkit without UTF-8: reads the characters where they are, one, two or four bytes wide. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* Goes through all lines of a text; hands out how many newlines there are and where the longest line is. */
static int survey(PyObject *text, Py_ssize_t *newlines, Py_ssize_t *best, Py_ssize_t *best_length)
{
#if PY_VERSION_HEX < 0x030c0000
    if (PyUnicode_READY(text) < 0)
        return -1;
#endif
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t length = PyUnicode_GET_LENGTH(text), start = 0;
    *newlines = *best = 0;
    *best_length = -1;
    for (Py_ssize_t i = 0; i <= length; i++) {
        Py_UCS4 character = i < length ? PyUnicode_READ(kind, data, i) : '\n';
        if (Py_UNICODE_IS_SURROGATE(character)) {
            PyErr_Format(PyExc_ValueError, "character %zd is half a surrogate pair", i);
            return -1;
        }
        if (character != '\n')
            continue;
        *newlines += i < length;
        if (i - start > *best_length) {
            *best = start;
            *best_length = i - start;
        }
        start = i + 1;
    }
    return 0;
}

static PyObject *count_lines(PyObject *Py_UNUSED(module), PyObject *text)
{
    Py_ssize_t newlines, best, length;
    return survey(text, &newlines, &best, &length) < 0 ? NULL : PyLong_FromSsize_t(newlines);
}

static PyObject *longest_line(PyObject *Py_UNUSED(module), PyObject *text)
{
    Py_ssize_t newlines, best, length;
    return survey(text, &newlines, &best, &length) < 0 ? NULL : PyUnicode_Substring(text, best, best + length);
}

/* The whole work is done by Python's own Counter; a word that is no text is found afterwards. */
static PyObject *tally(PyObject *Py_UNUSED(module), PyObject *words)
{
    PyObject *collections = PyImport_ImportModule("collections");
    PyObject *counter = collections ? PyObject_CallMethod(collections, "Counter", NULL) : NULL;
    PyObject *list = counter ? PySequence_List(words) : NULL;
    PyObject *counts = NULL, *done = NULL;
    if (list == NULL)
        goto end;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++)
        if (!PyUnicode_Check(PyList_GET_ITEM(list, i))) {
            PyErr_SetString(PyExc_TypeError, "words are str");
            goto end;
        }
    done = PyObject_CallMethod(counter, "update", "O", list);
    if (done)
        counts = PyObject_CallOneArg((PyObject *)&PyDict_Type, counter);
end:
    Py_XDECREF(done);
    Py_XDECREF(list);
    Py_XDECREF(counter);
    Py_XDECREF(collections);
    return counts;
}

static PyMethodDef methods[] = {
    {"count_lines", count_lines, METH_O, NULL},
    {"longest_line", longest_line, METH_O, NULL},
    {"tally", tally, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "textkit", .m_methods = methods,
};

PyMODINIT_FUNC PyInit_textkit(void)
{
    return PyModuleDef_Init(&definition);
}
