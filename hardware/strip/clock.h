// Time in ticks of 64 microseconds, from timer 1, which runs on while interrupts are off for the strip.
// (The Arduino core's millis() loses up to 9 ms in every picture of 300 LEDs.)
#pragma once
#include <avr/io.h>
#include <stdint.h>
#include "settings.h"

#define TICKS_PER_MS(ms) (uint32_t)(((ms) * 125UL + 7) / 8)  // 15.625 ticks a millisecond, rounded up

static uint32_t now = TICKS_START;  // wraps after 76 hours: compare differences only, and latch what must not come back
static uint16_t clock_seen;

static inline void clock_begin() {
  TCCR1A = 0;
  TCCR1B = _BV(CS12) | _BV(CS10);  // 16 MHz / 1024
  clock_seen = TCNT1;
}

// Brings `now` up to date and returns the ticks since the last call. Call more often than every 4 seconds.
static inline uint16_t clock_advance() {
  uint16_t count = TCNT1;
  uint16_t passed = count - clock_seen;
  clock_seen = count;
  now += passed;
  return passed;
}
