// What a maker may change. `make firmware LEDS=144 BAUD=250000 CAP_MA=4500` sets the same without an editor.
#pragma once

#ifndef LEDS
#define LEDS 60  // WS2812B pixels on the strip; 310 at most on an ATmega328P
#endif

#ifndef BAUD
#define BAUD 500000  // 250000, 500000 and 1000000 are exact at 16 MHz; 115200 is 2.1 % fast
#endif

#ifndef CAP_MA
#define CAP_MA 1500  // the strip never asks its supply for more; a host may only lower it. At most 80 % of the supply
#endif

#ifndef HOLD_MS
#define HOLD_MS 2000  // how long the last picture stays when the host is gone, before it fades
#endif

#ifndef FLASHES
#define FLASHES 1  // flashes a second that the calm limit lets through at most: 1, 2 or 3, and no more (calm.h)
#endif

// Pins of port D. Changing them means changing the wiring drawings too.
#define DATA_BIT 6      // D6, through 330 ohm to DIN of the strip
#define BUTTON_BIT 2    // D2 to ground; the chip's own pull-up holds it high
#define PRESENCE_BIT 3  // D3, output of a motion sensor (high = somebody); may stay open
#define KNOB_CHANNEL 0  // A0, wiper of a 10 kOhm potentiometer between 5 V and ground; may stay open

// The steady light of a board that no host has ever spoken to, out of 255.
#define GLOW_R 12
#define GLOW_G 8
#define GLOW_B 3

#ifndef TICKS_START
#define TICKS_START 0  // where the clock begins; the tests begin just before it wraps
#endif

static_assert(F_CPU == 16000000UL, "the strip's timing is written for a 16 MHz board");
static_assert(LEDS >= 1 && LEDS <= 310, "LEDS: 1 to 310 fit the memory of an ATmega328P");
static_assert(FLASHES >= 1 && FLASHES <= 3, "FLASHES: 1, 2 or 3; more than three flashes a second can hurt people");
static_assert(CAP_MA >= 1 && CAP_MA <= 20000, "CAP_MA: 1 to 20000 mA");
