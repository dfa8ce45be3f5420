// The two calls the Arduino IDE makes for a sketch, so that avr-gcc alone can build it.
void setup();
void loop();

int main() {
  setup();
  for (;;) loop();
}
