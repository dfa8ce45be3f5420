// The power cap: the strip is never asked for more than the cap, whatever is sent.
// Model: 1 mA for each LED, 20 mA for each channel at full (a worst case after the WS2812B datasheet).
#pragma once
#include <stdint.h>
#include "settings.h"

static uint16_t cap_ma = CAP_MA;
static __uint24 lit_most;     // the largest sum of channels the cap allows
static __uint24 lit;          // sum of all channels now in the buffer
static __uint24 asked;        // sum of all channels this picture asks for
static uint8_t scale = 255;   // applied to the picture being received

static inline __attribute__((always_inline)) uint8_t scaled(uint8_t channel) { return (uint16_t)channel * (uint8_t)(scale + 1) >> 8; }

// The largest scale that brings `sum` under the cap. 255: nothing to do.
static uint8_t power_scale(__uint24 sum) {
  if (sum <= lit_most) return 255;
  uint16_t keep = (uint32_t)lit_most * 256 / sum;  // below 256, since sum is larger
  return keep ? keep - 1 : 0;
}

static void power_cap(uint16_t ma) {
  cap_ma = ma < CAP_MA ? ma : CAP_MA;
  lit_most = cap_ma > LEDS ? (uint32_t)(cap_ma - LEDS) * 255 / 20 : 0;
}

static uint16_t power_ma() { return LEDS + ((uint32_t)lit * 20 + 254) / 255; }

// May the sum of channels change by this much? If so, it has. A sum that does not grow is always allowed.
static inline bool power_allows(int16_t change) {
  __uint24 sum = lit + change;
  if (change > 0 && sum > lit_most) return false;
  lit = sum;
  return true;
}
