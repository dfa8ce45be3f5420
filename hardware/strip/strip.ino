// Underfoot's strip: an Arduino Uno or Nano (ATmega328P, 16 MHz) that lights a WS2812B strip for a host on USB,
// and never flashes, never draws more than its cap, never stays lit when the host is gone.
//
// Nothing to install: open this file in the Arduino IDE, set LEDS and CAP_MA in settings.h, upload.
// Wiring and first light: ../README.md. The bytes on the line: PROTOCOL.md.

#include "settings.h"
#include "clock.h"
#include "serial.h"
#include "ws2812.h"
#include "power.h"
#include "calm.h"
#include "protocol.h"
#include "light.h"
#include "receive.h"
#include "controls.h"

#define BEACON_TICKS TICKS_PER_MS(1000)

static uint32_t beacon_at;

void setup() {
  TIMSK0 = 0;  // the Arduino core's millisecond interrupt; we keep our own time
  clock_begin();
  calm_begin();
  power_cap(CAP_MA);
  ws2812_begin();
  controls_begin();
  serial_begin();
  sei();
  light_show();  // dark: a strip that was powered up lit forgets it
  send_hello(0);
  beacon_at = now;
}

// Tells hosts that only know Adalight that somebody is here. Never while a frame is coming in.
static void beacon_run() {
  if (linked || state != IDLE || now - beacon_at < BEACON_TICKS) return;
  beacon_at = now;
  serial_send('A');
  serial_send('d');
  serial_send('a');
  serial_send('\n');
}

void loop() {
  calm_advance(clock_advance());
  receive_run();
  controls_run();
  if (state != IDLE || serial_waiting()) return;  // a frame is coming: its bytes have the first call
  light_run();
  beacon_run();
}
