// SPDX-License-Identifier: Apache-2.0
//
// A shared library that is loaded when it is first needed, because most runs need it not and its loading costs
// milliseconds at each start. Never unloaded. Any thread.
#pragma once

#include <dlfcn.h>

#include <string>

#include "base/result.h"

namespace otomo {

class SharedLibrary {
 public:
  // `name` is a soname: the system's places are searched, never the current directory. Errors: kWorld, with `package`
  // in the hint, the Debian package that has it.
  static Result<SharedLibrary> load(const char* name, const char* package) {
    void* handle = ::dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
      return world_error(std::string(name) + " cannot be loaded",
                         std::string("install it, on Debian: apt-get install ") + package);
    }
    return SharedLibrary(handle);
  }

  // Points `function` at the symbol. False: the library has no such symbol.
  template <class Function>
  bool bind(Function*& function, const char* symbol) const {
    function = reinterpret_cast<Function*>(::dlsym(handle_, symbol));
    return function != nullptr;
  }

 private:
  explicit SharedLibrary(void* handle) : handle_(handle) {}

  void* handle_;
};

}  // namespace otomo
