/** Slack's short names of common emoji. Unknown names are not replaced. */

const TABLE = `
+1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 100 💯 1234 🔢 a 🅰️ abacus 🧮 alarm_clock ⏰ alembic ⚗️
anchor ⚓ angry 😠 arrow_down ⬇️ arrow_forward ▶️ arrow_left ⬅️ arrow_right ➡️ arrow_up ⬆️
arrow_upper_right ↗️ arrow_lower_right ↘️ arrows_counterclockwise 🔄 art 🎨 astonished 😲
balance_scale ⚖️ scales ⚖️ ballot_box_with_ballot 🗳️ ballot_box_with_check ☑️ bar_chart 📊 battery 🔋 beers 🍻
bell 🔔 no_bell 🔕 black_circle ⚫ black_square_button 🔲 blue_book 📘 blue_heart 💙 blush 😊 bomb 💣 book 📖
bookmark 🔖 books 📚 boom 💥 brain 🧠 bricks 🧱 bug 🐛 building_construction 🏗️ bulb 💡 calendar 📆 spiral_calendar_pad 🗓️
camera 📷 card_file_box 🗃️ card_index_dividers 🗂️ chart 💹 chart_with_downwards_trend 📉
chart_with_upwards_trend 📈 checkered_flag 🏁 clap 👏 classical_building 🏛️ clipboard 📋 clock1 🕐 clock9 🕘
cloud ☁️ coffee ☕ compass 🧭 computer 💻 confetti_ball 🎊 confused 😕 construction 🚧 cop 👮 crossed_fingers 🤞
crossed_swords ⚔️ cry 😢 crystal_ball 🔮 dart 🎯 date 📅 desktop_computer 🖥️ dna 🧬 door 🚪 dollar 💵
e-mail 📧 email ✉️ envelope ✉️ envelope_with_arrow 📩 exclamation ❗ heavy_exclamation_mark ❗ eyes 👀
eye 👁️ fast_forward ⏩ file_cabinet 🗄️ file_folder 📁 fire 🔥 flashlight 🔦 floppy_disk 💾 fork_and_knife 🍴
gear ⚙️ gem 💎 gift 🎁 globe_with_meridians 🌐 earth_africa 🌍 graduation_cap 🎓 mortar_board 🎓
green_book 📗 green_circle 🟢 large_green_circle 🟢 green_heart 💚 grey_question ❔ grimacing 😬
grin 😁 grinning 😀 hammer 🔨 hammer_and_wrench 🛠️ handshake 🤝 hatching_chick 🐣 heart ❤️ heart_eyes 😍
heavy_check_mark ✔️ heavy_minus_sign ➖ heavy_plus_sign ➕ heavy_multiplication_x ✖️ heavy_division_sign ➗
hourglass ⌛ hourglass_flowing_sand ⏳ house 🏠 hugging_face 🤗 i_love_you_hand_sign 🤟 inbox_tray 📥 information_source ℹ️
jigsaw 🧩 joy 😂 key 🔑 label 🏷️ ladder 🪜 large_blue_circle 🔵 blue_circle 🔵 large_orange_circle 🟠
large_purple_circle 🟣 large_yellow_circle 🟡 large_red_circle 🔴 red_circle 🔴 large_blue_square 🟦
large_green_square 🟩 large_yellow_square 🟨 large_red_square 🟥 large_orange_square 🟧 large_purple_square 🟪
laughing 😆 ledger 📒 left_right_arrow ↔️ link 🔗 lock 🔒 unlock 🔓 loudspeaker 📢 mega 📣 mag 🔍 mag_right 🔎
male-technologist 👨‍💻 female-technologist 👩‍💻 technologist 🧑‍💻 scientist 🧑‍🔬 man-shrugging 🤷‍♂️ woman-shrugging 🤷‍♀️ shrug 🤷
memo 📝 pencil 📝 pencil2 ✏️ mending_heart ❤️‍🩹 microscope 🔬 money_with_wings 💸 moneybag 💰 muscle 💪
mute 🔇 nerd_face 🤓 neutral_face 😐 new 🆕 newspaper 📰 no_entry ⛔ no_entry_sign 🚫 nut_and_bolt 🔩
ok ✅ ok_hand 👌 open_book 📖 open_file_folder 📂 open_mouth 😮 orange_book 📙 outbox_tray 📤 package 📦
page_facing_up 📄 page_with_curl 📃 paperclip 📎 partying_face 🥳 pause_button ⏸️
pensive 😔 point_down 👇 point_left 👈 point_right 👉 point_up ☝️ point_up_2 👆 pray 🙏 purple_heart 💜
pushpin 📌 question ❓ rabbit 🐰 racing_car 🏎️ radio_button 🔘 rainbow 🌈 raised_hand ✋ raised_hands 🙌 hand ✋
receipt 🧾 recycle ♻️ repeat 🔁 rewind ⏪ ribbon 🎀 robot_face 🤖 rocket 🚀 rotating_light 🚨 round_pushpin 📍
runner 🏃 satellite 📡 scroll 📜 seedling 🌱 see_no_evil 🙈 shield 🛡️ ship 🚢 shipit 🐿️ skull 💀 sleeping 😴 slightly_frowning_face 🙁
slightly_smiling_face 🙂 smile 😄 smiley 😃 smiling_face_with_tear 🥲 smirk 😏 snail 🐌 snowflake ❄️ sob 😭
sos 🆘 soon 🔜 sparkle ❇️ sparkles ✨ speech_balloon 💬 left_speech_bubble 🗨️ thought_balloon 💭 star ⭐ star2 🌟 stars 🌠
stop_button ⏹️ octagonal_sign 🛑 stopwatch ⏱️ straight_ruler 📏 triangular_ruler 📐 sunglasses 😎 sunny ☀️ sweat_smile 😅 tada 🎉
telephone ☎️ telescope 🔭 test_tube 🧪 thermometer 🌡️ thinking_face 🤔 thinking 🤔 thread 🧵 ticket 🎫 timer_clock ⏲️
toolbox 🧰 tools 🛠️ traffic_light 🚦 vertical_traffic_light 🚦 triangular_flag_on_post 🚩 trophy 🏆 truck 🚚 twisted_rightwards_arrows 🔀
umbrella ☔ unamused 😒 upside_down_face 🙃 v ✌️ wastebasket 🗑️ waving_hand 👋 wave 👋 wavy_dash 〰️
white_check_mark ✅ white_circle ⚪ white_large_square ⬜ black_large_square ⬛ white_medium_square ◻️ wink 😉 woman-tipping-hand 💁‍♀️
worried 😟 wrench 🔧 x ❌ yellow_heart 💛 yum 😋 zap ⚡ zzz 💤 zero 0️⃣ one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣
six 6️⃣ seven 7️⃣ eight 8️⃣ nine 9️⃣ keycap_ten 🔟 warning ⚠️ busts_in_silhouette 👥 bust_in_silhouette 👤
small_blue_diamond 🔹 small_orange_diamond 🔸 large_blue_diamond 🔷 large_orange_diamond 🔶 diamond_shape_with_a_dot_inside 💠
arrow_right_hook ↪️ leftwards_arrow_with_hook ↩️ back 🔙 end 🔚 top 🔝 up 🆙 copyright ©️ tm ™️ hash #️⃣
black_small_square ▪️ white_small_square ▫️ small_red_triangle 🔺 small_red_triangle_down 🔻 infinity ♾️ magic_wand 🪄 mirror 🪞
`;

const words = TABLE.trim().split(/\s+/);
const EMOJI = new Map();
for (let at = 0; at < words.length; at += 2) EMOJI.set(words[at], words[at + 1]);

/** The character for a short name without colons, or null. */
export function emoji(name) {
  return EMOJI.get(name.replace(/::skin-tone-\d$/, "")) ?? null;
}

/** Replace every known :short_name: in plain text. */
export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+-]+(?:::skin-tone-\d)?):/g, (all, name) => emoji(name) ?? all);
}
