/// Describes one top category: its share of interest, its leaves and how well it sells.
///
/// Names are ordinary words. That electronics leads, that big furniture is looked at and seldom
/// bought, and that clothes and furniture often have no brand follows the REES46 sample.
package struct Department {
  package let name: StaticString
  /// Share of views of a customer without special taste.
  package let share: Double
  /// Factor on the chance of a cart or a purchase.
  package let conversion: Double
  /// Share of products without a brand.
  package let brandless: Double
  /// Leaf categories with their median prices.
  package let leaves: KeyValuePairs<StaticString, Double>

  /// All departments; taste profiles refer to them by position.
  package static let all: [Department] = [
    Department(
      name: "electronics",
      share: 0.36,
      conversion: 1.35,
      brandless: 0.07,
      leaves: [
        "smartphone": 290, "audio.headphone": 62, "audio.speaker": 84, "audio.soundbar": 190,
        "video.television": 410, "video.projector": 330, "watch.smart": 150, "tablet": 240,
        "camera.photo": 460, "camera.video": 380, "telephone": 28, "console": 340,
        "reader": 120, "powerbank": 24, "cable": 9,
      ]
    ),
    Department(
      name: "appliances",
      share: 0.15,
      conversion: 1.05,
      brandless: 0.10,
      leaves: [
        "kitchen.refrigerator": 420, "kitchen.washer": 330, "kitchen.oven": 300,
        "kitchen.kettle": 32, "kitchen.blender": 46, "kitchen.microwave": 95,
        "kitchen.coffee_machine": 210, "kitchen.hood": 130, "environment.vacuum": 125,
        "environment.fan": 38, "environment.heater": 64, "environment.air_conditioner": 390,
        "iron": 41, "sewing_machine": 170,
      ]
    ),
    Department(
      name: "computers",
      share: 0.13,
      conversion: 0.95,
      brandless: 0.08,
      leaves: [
        "notebook": 610, "desktop": 540, "monitor": 210, "peripherals.printer": 150,
        "peripherals.keyboard": 38, "peripherals.mouse": 22, "components.memory": 58,
        "components.video_card": 320, "components.cooler": 30, "network.router": 54,
        "storage.drive": 75,
      ]
    ),
    Department(
      name: "apparel",
      share: 0.08,
      conversion: 0.72,
      brandless: 0.24,
      leaves: [
        "shoes.sneaker": 72, "shoes.boot": 88, "shoes.sandal": 34, "coat": 110, "shirt": 27,
        "dress": 49, "trousers": 38, "scarf": 17, "glove": 15, "underwear": 14,
      ]
    ),
    Department(
      name: "furniture",
      share: 0.06,
      conversion: 0.52,
      brandless: 0.34,
      leaves: [
        "living_room.sofa": 480, "living_room.cabinet": 210, "living_room.shelf": 76,
        "bedroom.bed": 360, "bedroom.blanket": 42, "bedroom.pillow": 23, "kitchen.table": 150,
        "kitchen.chair": 62, "bathroom.mirror": 55, "lamp": 48,
      ]
    ),
    Department(
      name: "tools",
      share: 0.05,
      conversion: 0.95,
      brandless: 0.14,
      leaves: [
        "drill": 92, "saw": 110, "welding": 160, "pump": 120, "light": 31, "screwdriver": 36,
        "generator": 380, "paint": 18, "ladder": 85,
      ]
    ),
    Department(
      name: "kids",
      share: 0.05,
      conversion: 0.90,
      brandless: 0.22,
      leaves: [
        "toys": 21, "carriage": 190, "swing": 95, "doll": 26, "blocks": 33, "diaper": 19,
        "bottle": 11, "bicycle": 110,
      ]
    ),
    Department(
      name: "auto",
      share: 0.035,
      conversion: 0.92,
      brandless: 0.12,
      leaves: [
        "tyre": 74, "battery": 88, "alarm": 105, "player": 96, "oil": 29, "compressor": 47,
        "seat": 130,
      ]
    ),
    Department(
      name: "accessories",
      share: 0.03,
      conversion: 0.80,
      brandless: 0.26,
      leaves: ["bag": 46, "wallet": 24, "umbrella": 16, "jewellery": 68, "belt": 20, "case": 12]
    ),
    Department(
      name: "sport",
      share: 0.03,
      conversion: 0.82,
      brandless: 0.18,
      leaves: [
        "bicycle": 310, "treadmill": 450, "tent": 92, "ski": 210, "skate": 70, "ball": 19,
        "dumbbell": 35,
      ]
    ),
    Department(
      name: "garden",
      share: 0.025,
      conversion: 0.78,
      brandless: 0.24,
      leaves: ["mower": 220, "hose": 27, "grill": 96, "furniture": 140, "seed": 5, "watering": 22]
    ),
    Department(
      name: "health",
      share: 0.025,
      conversion: 1.15,
      brandless: 0.15,
      leaves: [
        "scale": 30, "pressure_monitor": 48, "toothbrush": 39, "hair_dryer": 42, "trimmer": 45,
        "massager": 66,
      ]
    ),
    Department(
      name: "stationery",
      share: 0.015,
      conversion: 1.10,
      brandless: 0.20,
      leaves: ["paper": 7, "pen": 4, "ink": 26, "notepad": 6, "desk": 130]
    ),
  ]
}
