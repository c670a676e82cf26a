/* How often each word occurs: an iterator, borrowed and new references, and one way out. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

// ANCHOR: add_one
/* Adds one to a word's number. Without an exception 0, else -1. */
static int add_one(PyObject *tally, PyObject *word)
{
    PyObject *found = PyDict_GetItemWithError(tally, word); // borrowed
    if (found == NULL && PyErr_Occurred())
        return -1;
    long long number = found == NULL ? 0 : PyLong_AsLongLong(found);
    if (number == -1 && PyErr_Occurred())
        return -1;
    PyObject *next = PyLong_FromLongLong(number + 1); // new
    if (next == NULL)
        return -1;
    int failed = PyDict_SetItem(tally, word, next); // takes references of its own
    Py_DECREF(next);
    return failed;
}
// ANCHOR_END: add_one

// ANCHOR: tally
static PyObject *tally(PyObject *Py_UNUSED(module), PyObject *words)
{
    PyObject *iterator = NULL, *word = NULL, *result = NULL;
    PyObject *counts = PyDict_New();
    if (counts == NULL)
        goto done;
    iterator = PyObject_GetIter(words);
    if (iterator == NULL)
        goto done;
    while ((word = PyIter_Next(iterator)) != NULL) {
        if (!PyUnicode_Check(word)) {
            PyErr_Format(PyExc_TypeError, "a word must be str, not %.100s", Py_TYPE(word)->tp_name);
            goto done;
        }
        if (add_one(counts, word) < 0)
            goto done;
        Py_CLEAR(word);
    }
    // NULL means the end, or an exception.
    if (PyErr_Occurred())
        goto done;
    result = Py_NewRef(counts);
done:
    Py_XDECREF(word);
    Py_XDECREF(iterator);
    Py_XDECREF(counts);
    return result;
}
// ANCHOR_END: tally

static PyMethodDef methods[] = {
    {"tally", tally, METH_O, "A dictionary from each word to how often it occurs."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "tally", .m_size = 0, .m_methods = methods,
};

PyMODINIT_FUNC PyInit_tally(void)
{
    return PyModuleDef_Init(&definition);
}
