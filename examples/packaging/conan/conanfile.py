import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy, load
from conan.tools.layout import basic_layout

required_conan_version = ">=2.0"


class BedrockConan(ConanFile):
    name = "bedrock"
    description = "Header-only C++20 SDK for Amazon Bedrock"
    license = "MIT"
    topics = ("aws", "bedrock", "converse", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"client": [True, False]}
    default_options = {"client": True}
    no_copy_source = True

    @property
    def _root(self):
        return os.path.join(self.recipe_folder, "..", "..", "..")

    def set_version(self):
        text = load(self, os.path.join(self._root, "include", "bedrock", "version.hpp"))
        self.version = re.search(r'version_text\[\] = "([^"]+)"', text)[1]

    def export_sources(self):
        copy(self, "LICENSE", src=self._root, dst=self.export_sources_folder)
        copy(self, "include/*.hpp", src=self._root, dst=self.export_sources_folder)

    def layout(self):
        basic_layout(self)

    def requirements(self):
        if self.options.client:
            self.requires("libcurl/[>=7.78 <9]", transitive_headers=True, transitive_libs=True)
            self.requires("openssl/[>=1.1 <4]", transitive_headers=True, transitive_libs=True)

    def package_id(self):
        client = self.info.options.client
        self.info.clear()
        self.info.options.client = client

    def validate(self):
        if self.settings.get_safe("compiler.cppstd"):
            check_min_cppstd(self, 20)

    def package(self):
        copy(self, "LICENSE", src=self.source_folder, dst=os.path.join(self.package_folder, "licenses"))
        copy(self, "*.hpp", src=os.path.join(self.source_folder, "include"), dst=os.path.join(self.package_folder, "include"))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "bedrock")
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []

        core = self.cpp_info.components["core"]
        core.set_property("cmake_target_name", "bedrock::core")
        core.set_property("pkg_config_name", "bedrock-core")
        core.bindirs = []
        core.libdirs = []
        if self.settings.compiler == "msvc":
            core.cxxflags = ["/bigobj", "/utf-8", "/Zc:__cplusplus"]

        if self.options.client:
            client = self.cpp_info.components["bedrock"]
            client.set_property("cmake_target_name", "bedrock::bedrock")
            client.set_property("pkg_config_name", "bedrock")
            client.requires = ["core", "libcurl::libcurl", "openssl::crypto"]
            client.bindirs = []
            client.libdirs = []
            if self.settings.os == "Windows":
                client.system_libs = ["ws2_32"]
