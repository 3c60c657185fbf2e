# cmake -DIN=<file> -DOUT=<source> -P: the bytes of IN as an array in C++.
file(READ ${IN} bytes HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
file(WRITE ${OUT} "namespace edm::proto {
extern const unsigned char kDescriptorSet[];
extern const unsigned kDescriptorSetSize;
const unsigned char kDescriptorSet[] = {${bytes}};
const unsigned kDescriptorSetSize = sizeof kDescriptorSet;
}
")
