// The button, the motion sensor and the knob: reported as states, never as edges, and repeated in every hello.
#pragma once
#include <avr/io.h>
#include <stdint.h>
#include "clock.h"
#include "light.h"
#include "protocol.h"

#define DEBOUNCE_TICKS TICKS_PER_MS(20)  // a contact counts when it has stood still so long
#define KNOB_TICKS TICKS_PER_MS(50)
#define KNOB_STEP 2  // a smaller turn is noise

struct Contact {
  bool moving;
  uint16_t since;
};

static Contact contacts[2];      // button, presence
static bool presence_seen_low;   // an open pin reads high for ever and says nothing
static uint16_t knob_at;

static void controls_begin() {
  PORTD |= _BV(BUTTON_BIT) | _BV(PRESENCE_BIT);  // pull-ups
  PORTC |= _BV(KNOB_CHANNEL);                    // an open knob reads 255 instead of noise
  ADMUX = _BV(REFS0) | _BV(ADLAR) | KNOB_CHANNEL;
  ADCSRA = _BV(ADEN) | _BV(ADPS2) | _BV(ADPS1) | _BV(ADPS0);
  ADCSRA |= _BV(ADSC);
  while (ADCSRA & _BV(ADSC)) {
  }
  control_value[KNOB] = ADCH;
  ADCSRA |= _BV(ADSC);
}

// True when the contact has just settled in a new state.
static bool contact_settled(Control which, bool raw) {
  Contact &contact = contacts[which];
  uint16_t time = TCNT1;
  if (raw == (bool)control_value[which]) {
    contact.moving = false;
    return false;
  }
  if (!contact.moving) {
    contact.moving = true;
    contact.since = time;
    return false;
  }
  if ((uint16_t)(time - contact.since) < DEBOUNCE_TICKS) return false;
  contact.moving = false;
  control_value[which] = raw;
  return true;
}

static void knob_run() {
  if ((uint16_t)(TCNT1 - knob_at) < KNOB_TICKS || (ADCSRA & _BV(ADSC))) return;
  knob_at = TCNT1;
  uint8_t value = ADCH;
  ADCSRA |= _BV(ADSC);
  uint8_t was = control_value[KNOB];
  if ((value > was ? value - was : was - value) <= KNOB_STEP) return;
  control_value[KNOB] = value;
  send_event(KNOB);
}

static void controls_run() {
  uint8_t pins = PIND;
  if (contact_settled(BUTTON, !(pins & _BV(BUTTON_BIT)))) {
    if (control_value[BUTTON]) light_button_down();
    send_event(BUTTON);
  }
  bool high = pins & _BV(PRESENCE_BIT);
  if (!high) presence_seen_low = true;
  if (contact_settled(PRESENCE, high && presence_seen_low)) send_event(PRESENCE);
  knob_run();
}
