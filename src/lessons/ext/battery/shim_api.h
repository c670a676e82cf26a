/*
 * What the shim knows about the functions that a module calls: one line each, sorted by subject.
 * A function of Python that is not listed is watched like any other; it is never made to fail.
 *
 * The first letter says what the function returns, and so what it returns when it fails:
 *   n  a new reference, or NULL with an exception       b  a borrowed one, or NULL with an exception
 *   p  another pointer, or NULL with an exception       m  memory, or NULL without an exception
 *   i  an int, or -1 with an exception                  z  a Py_ssize_t or long, or -1 with an exception
 *   d  a double, or -1.0 with an exception              o  1, or 0 with an exception
 *   N  a new reference, but the shim never makes it fail (NULL may mean something else)
 *   v  anything; it cannot fail, or not for a reason that a caller could not have excluded
 * Further letters:
 *   G  may be called without the GIL
 *   X  cannot fail if its first argument is exactly an int, a float, a bool, a str, a bytes, a list,
 *      a tuple or a dict, so that a caller who has looked need not ask again
 *   K  cannot fail if its second argument is exactly a str (a key, a name)
 *   S  steals its third argument, also when it fails
 *   B  fills a Py_buffer (its second argument), whose obj is NULL when it fails
 *   R  replaces an object whose address is its first argument, and clears that when it fails
 *   E  is about exceptions or gives something back: may be called while one is pending
 *   F  its new reference is still being filled, which needs that nobody else holds one: never pinned
 */
API(PyLong_FromLong, "n") API(PyLong_FromUnsignedLong, "n") API(PyLong_FromLongLong, "n")
API(PyLong_FromUnsignedLongLong, "n") API(PyLong_FromSsize_t, "n") API(PyLong_FromSize_t, "n")
API(PyLong_FromDouble, "n") API(PyLong_FromVoidPtr, "n") API(PyLong_FromString, "n")
API(PyLong_FromUnicodeObject, "n") API(_PyLong_FromByteArray, "n")
API(PyLong_AsLong, "zX") API(PyLong_AsLongLong, "zX") API(PyLong_AsSsize_t, "zX") API(PyLong_AsSize_t, "zX")
API(PyLong_AsUnsignedLong, "zX") API(PyLong_AsUnsignedLongLong, "zX") API(PyLong_AsDouble, "dX")
API(PyFloat_FromDouble, "n") API(PyFloat_FromString, "n") API(PyFloat_AsDouble, "dX")
API(PyComplex_FromDoubles, "n") API(PyBool_FromLong, "v")

API(PyUnicode_FromString, "n") API(PyUnicode_FromStringAndSize, "n") API(PyUnicode_FromFormat, "n")
API(PyUnicode_FromFormatV, "n") API(PyUnicode_DecodeUTF8, "n") API(PyUnicode_Decode, "n")
API(PyUnicode_DecodeLatin1, "n") API(PyUnicode_DecodeASCII, "n") API(PyUnicode_DecodeFSDefault, "n")
API(PyUnicode_DecodeFSDefaultAndSize, "n") API(PyUnicode_AsUTF8String, "n") API(PyUnicode_AsEncodedString, "n")
API(PyUnicode_EncodeFSDefault, "n") API(PyUnicode_New, "nF") API(PyUnicode_FromKindAndData, "n")
API(PyUnicode_Substring, "n") API(PyUnicode_Concat, "n") API(PyUnicode_Join, "n") API(PyUnicode_Split, "n")
API(PyUnicode_Splitlines, "n") API(PyUnicode_Replace, "n") API(PyUnicode_Format, "n") API(PyUnicode_FromObject, "n")
API(PyUnicode_InternFromString, "n") API(PyUnicode_FromOrdinal, "n") API(PyUnicode_FromEncodedObject, "n")
API(PyUnicode_AsUTF8, "p") API(PyUnicode_AsUTF8AndSize, "p") API(PyUnicode_AsUCS4Copy, "p")
API(PyUnicode_AsWideCharString, "p") API(PyUnicode_Append, "iR") API(PyUnicode_Find, "v")
API(PyBytes_FromString, "n") API(PyBytes_FromStringAndSize, "nF") API(PyBytes_FromObject, "n")
API(PyBytes_FromFormat, "n") API(_PyBytes_Resize, "iR") API(PyByteArray_FromStringAndSize, "n")
API(PyByteArray_FromObject, "n") API(PyByteArray_Resize, "i")

API(PyList_New, "n") API(PyList_Append, "i") API(PyList_Insert, "i") API(PyList_SetItem, "vS")
API(PyList_GetSlice, "n") API(PyList_AsTuple, "n") API(PyList_Sort, "i") API(PyList_Reverse, "v")
API(PyTuple_New, "nF") API(PyTuple_Pack, "n") API(PyTuple_SetItem, "vS") API(PyTuple_GetSlice, "n")
API(PyDict_New, "n") API(PyDict_SetItem, "i") API(PyDict_SetItemString, "i") API(PyDict_Copy, "n")
API(PyDict_DelItem, "i") API(PyDict_Update, "i") API(PyDict_Merge, "i") API(PyDict_GetItemWithError, "bK")
API(PyDict_Contains, "iK") API(PyDict_Keys, "n") API(PyDict_Values, "n") API(PyDict_Items, "n")
API(PyDict_SetDefault, "b") API(PyDict_GetItemRef, "v") API(PyDict_SetDefaultRef, "v")
API(PySet_New, "n") API(PySet_Add, "i") API(PyFrozenSet_New, "n") API(PySet_Contains, "iK")
API(PySlice_New, "n") API(PyStructSequence_New, "nF")

API(PyObject_GetIter, "n") API(PyIter_Next, "n") API(PyIter_Send, "v") API(PySequence_Fast, "n")
API(PySequence_List, "n") API(PySequence_Tuple, "n") API(PySequence_GetItem, "n") API(PySequence_SetItem, "i")
API(PySequence_GetSlice, "n") API(PySequence_Concat, "n") API(PySequence_Contains, "i") API(PySequence_Size, "zX")
API(PySequence_Length, "zX") API(PyMapping_Keys, "n") API(PyMapping_Items, "n") API(PyMapping_Values, "n")
API(PyMapping_GetItemString, "n") API(PyMapping_Size, "zX") API(PyMapping_Length, "zX")
API(PyObject_GetItem, "n") API(PyObject_SetItem, "i") API(PyObject_DelItem, "i")
API(PyObject_GetAttr, "n") API(PyObject_GetAttrString, "n") API(PyObject_SetAttr, "i") API(PyObject_SetAttrString, "i")
API(PyObject_GenericGetAttr, "n") API(PyObject_Str, "n") API(PyObject_Repr, "n") API(PyObject_ASCII, "n")
API(PyObject_Bytes, "n") API(PyObject_Dir, "n") API(PyObject_Type, "v") API(PyObject_Format, "n")
API(PyObject_RichCompare, "n") API(PyObject_RichCompareBool, "iX") API(PyObject_IsTrue, "iX") API(PyObject_Not, "iX")
API(PyObject_Hash, "zX") API(PyObject_Size, "zX") API(PyObject_Length, "zX") API(PyObject_IsInstance, "i")
API(PyObject_IsSubclass, "i") API(PyObject_Call, "n") API(PyObject_CallNoArgs, "n") API(PyObject_CallOneArg, "n")
API(PyObject_CallObject, "n") API(PyObject_CallFunction, "n") API(PyObject_CallMethod, "n")
API(_PyObject_CallFunction_SizeT, "n") API(_PyObject_CallMethod_SizeT, "n")
API(PyObject_CallFunctionObjArgs, "n") API(PyObject_CallMethodObjArgs, "n") API(PyObject_Vectorcall, "n")
API(PyObject_VectorcallDict, "n") API(PyObject_VectorcallMethod, "n") API(PyObject_Init, "N") API(_PyObject_New, "n")
API(_PyObject_GC_New, "n") API(_PyObject_NewVar, "n") API(_PyObject_GC_NewVar, "n") API(PyType_GenericAlloc, "n")
API(PyType_GenericNew, "n") API(PyObject_GetBuffer, "iB") API(PyMemoryView_FromObject, "n")
API(PyMemoryView_FromMemory, "n") API(PyMemoryView_GetContiguous, "n") API(PyBuffer_ToContiguous, "i")
API(PyNumber_Add, "n") API(PyNumber_Subtract, "n") API(PyNumber_Multiply, "n") API(PyNumber_InPlaceAdd, "n")
API(PyNumber_Index, "nX") API(PyNumber_Long, "n") API(PyNumber_Float, "n") API(PyNumber_AsSsize_t, "zX")
API(PyNumber_Negative, "n") API(PyNumber_Remainder, "n") API(PyNumber_TrueDivide, "n") API(PyNumber_FloorDivide, "n")

API(PyArg_ParseTuple, "o") API(PyArg_ParseTupleAndKeywords, "o") API(PyArg_UnpackTuple, "o") API(PyArg_Parse, "o")
API(_PyArg_ParseTuple_SizeT, "o") API(_PyArg_ParseTupleAndKeywords_SizeT, "o") API(_PyArg_Parse_SizeT, "o")
API(Py_BuildValue, "n") API(_Py_BuildValue_SizeT, "n") API(Py_VaBuildValue, "n")
API(PyImport_ImportModule, "n") API(PyImport_Import, "n") API(PyImport_ImportModuleLevelObject, "n")
API(PyImport_GetModule, "N") API(PyCapsule_New, "n") API(PyCapsule_GetPointer, "v") API(PyWeakref_NewRef, "n")
API(PyWeakref_NewProxy, "n") API(PyErr_NewException, "n") API(PyErr_NewExceptionWithDoc, "n") API(PyErr_CheckSignals, "v")
API(PyModule_GetDict, "v") API(PyModule_AddObjectRef, "i") API(PyModule_AddIntConstant, "i")
API(PyModule_AddStringConstant, "i") API(PyType_FromSpec, "n") API(PyType_FromModuleAndSpec, "n")
API(PyType_Ready, "i") API(PyModule_AddType, "i") API(PyContextVar_New, "n")

API(malloc, "mG") API(calloc, "mG") API(realloc, "mG") API(free, "vGE") API(strdup, "mG") API(strndup, "mG")
API(posix_memalign, "vG") API(aligned_alloc, "mG") API(reallocarray, "mG")
API(PyMem_Malloc, "m") API(PyMem_Calloc, "m") API(PyMem_Realloc, "m") API(PyMem_Free, "vE")
API(PyObject_Malloc, "m") API(PyObject_Calloc, "m") API(PyObject_Realloc, "m") API(PyObject_Free, "vE")
API(PyMem_RawMalloc, "mG") API(PyMem_RawCalloc, "mG") API(PyMem_RawRealloc, "mG") API(PyMem_RawFree, "vGE")

API(PyEval_SaveThread, "vE") API(PyEval_RestoreThread, "vGE") API(PyEval_AcquireThread, "vGE")
API(PyEval_ReleaseThread, "vE") API(PyGILState_Ensure, "vGE") API(PyGILState_Release, "vE")
API(PyGILState_Check, "vGE") API(PyGILState_GetThisThreadState, "vGE") API(PyThreadState_GetUnchecked, "vGE")
API(_PyThreadState_UncheckedGet, "vGE") API(PyThreadState_Get, "vE") API(PyThreadState_New, "vG")
API(PyThread_allocate_lock, "vGE") API(PyThread_free_lock, "vGE") API(PyThread_acquire_lock, "vGE")
API(PyThread_acquire_lock_timed, "vGE") API(PyThread_release_lock, "vGE") API(PyThread_get_thread_ident, "vGE")
API(PyThread_tss_get, "vGE") API(PyThread_tss_set, "vGE") API(PyThread_tss_create, "vGE") API(PyThread_tss_delete, "vGE")
API(PyThread_tss_is_created, "vGE") API(PyThread_start_new_thread, "vG") API(PyThread_get_thread_native_id, "vGE")
API(Py_IsInitialized, "vGE") API(Py_IsFinalizing, "vGE") API(_Py_IsFinalizing, "vGE") API(Py_AddPendingCall, "vGE")
API(Py_GetVersion, "vGE") API(Py_FatalError, "vGE") API(_Py_FatalErrorFunc, "vGE") API(Py_Is, "vGE")
API(PyMutex_Lock, "vGE") API(PyMutex_Unlock, "vGE") API(PyBuffer_IsContiguous, "vGE") API(PyOS_snprintf, "vGE")
API(PyBuffer_GetPointer, "vGE") API(PyBuffer_FillContiguousStrides, "vGE") API(PyOS_vsnprintf, "vGE")
API(PyType_GetFlags, "vGE") API(PyBuffer_SizeFromFormat, "v") API(PyBuffer_Release, "vE") API(Py_DecRef, "vE")
API(Py_IncRef, "vE") API(_Py_Dealloc, "vE") API(_Py_DecRef, "vE") API(_Py_IncRef, "vE")
