#pragma once

#include <string>

#include "common/rpc/http/exchange.h"

namespace edm::rpc {

struct AnswerFraming {
  bool closes = false;  // the connection ends after this answer
  bool chunked = false;
  bool upgrades = false;
};

// The status line and header fields, with Date and what the framing needs; ends with the empty line.
std::string AnswerHead(const HttpHead& head, const AnswerFraming& framing);

// 204, 304 and their kind have no body, whatever the handler gives.
bool StatusHasBody(int status);

}  // namespace edm::rpc
