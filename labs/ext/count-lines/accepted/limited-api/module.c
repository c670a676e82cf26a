/* textkit within the limited API of 3.11: one binary for every later version. Initialised in one phase. */
#define Py_LIMITED_API 0x030b0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *newline;

static PyObject *count_lines(PyObject *module, PyObject *text)
{
    (void)module;
    if (!PyUnicode_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "a str is required");
        return NULL;
    }
    PyObject *encoded = PyUnicode_AsUTF8String(text);
    if (encoded == NULL)
        return NULL;
    char *bytes;
    Py_ssize_t size, lines = 0;
    PyObject *result = NULL;
    if (PyBytes_AsStringAndSize(encoded, &bytes, &size) == 0) {
        for (Py_ssize_t i = 0; i < size; i++)
            lines += bytes[i] == '\n';
        result = PyLong_FromSsize_t(lines);
    }
    Py_DECREF(encoded);
    return result;
}

static PyObject *longest_line(PyObject *module, PyObject *text)
{
    (void)module;
    if (!PyUnicode_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "a str is required");
        return NULL;
    }
    PyObject *encoded = PyUnicode_AsUTF8String(text);
    PyObject *lines = encoded ? PyUnicode_Split(text, newline, -1) : NULL;
    PyObject *best = NULL;
    Py_XDECREF(encoded);
    if (lines == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < PyList_Size(lines); i++) {
        PyObject *line = PyList_GetItem(lines, i); /* borrowed */
        if (best == NULL || PyUnicode_GetLength(line) > PyUnicode_GetLength(best))
            best = line;
    }
    Py_INCREF(best);
    Py_DECREF(lines);
    return best;
}

static PyObject *tally(PyObject *module, PyObject *words)
{
    (void)module;
    /* A list first: then nothing of the iterator's runs while it is counted. */
    PyObject *list = PySequence_List(words);
    if (list == NULL)
        return NULL;
    PyObject *counts = PyDict_New();
    for (Py_ssize_t i = 0; counts && i < PyList_Size(list); i++) {
        PyObject *word = PyList_GetItem(list, i), *old, *one, *sum;
        if (!PyUnicode_Check(word)) {
            PyErr_SetString(PyExc_TypeError, "words are str");
            Py_CLEAR(counts);
            break;
        }
        old = PyDict_GetItemWithError(counts, word);
        one = old || !PyErr_Occurred() ? PyLong_FromLong(1) : NULL;
        sum = one && old ? PyNumber_Add(old, one) : Py_XNewRef(one);
        if (sum == NULL || PyDict_SetItem(counts, word, sum) < 0)
            Py_CLEAR(counts);
        Py_XDECREF(one);
        Py_XDECREF(sum);
    }
    Py_DECREF(list);
    return counts;
}

static PyMethodDef methods[] = {
    {"count_lines", count_lines, METH_O, NULL},
    {"longest_line", longest_line, METH_O, NULL},
    {"tally", tally, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "textkit", NULL, -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_textkit(void)
{
    if (newline == NULL && (newline = PyUnicode_FromString("\n")) == NULL)
        return NULL;
    return PyModule_Create(&definition);
}
