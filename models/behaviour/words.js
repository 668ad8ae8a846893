/**
 * words.js - what the templates of cases.js are filled with. All of it was made up for these tests; no tweet is in it.
 */

export const GOOD = ['great', 'amazing', 'wonderful', 'excellent', 'beautiful', 'fantastic', 'lovely', 'awesome',
  'perfect', 'brilliant']
export const BAD = ['awful', 'terrible', 'horrible', 'bad', 'disappointing', 'boring', 'annoying', 'useless',
  'dreadful', 'poor']

export const LIKE = ['love', 'like', 'enjoy', 'adore', 'appreciate']
export const DISLIKE = ['hate', 'dislike', 'despise', 'regret', 'can\'t stand']

export const THINGS = ['movie', 'phone', 'concert', 'hotel', 'game', 'flight', 'restaurant', 'album', 'update', 'book']

export const GOOD_EMOJI = ['😍', '😂', '❤️', '😊', '🎉', '🥰', '👍', '😁', '🙌', '💕']
export const BAD_EMOJI = ['😡', '😢', '💔', '👎', '😭', '🤬', '😠', '😞', '🤮', '😒']

export const HASHTAGS_GOOD = ['#love', '#happy', '#blessed', '#awesome', '#bestday', '#winning']
export const HASHTAGS_BAD = ['#fail', '#sad', '#angry', '#disappointed', '#worstday', '#hate']

export const FACTS = [
  'The train leaves at 9:40 from platform 2.', 'The shop opens at ten on Mondays.',
  'My flight to Madrid has two stops.',
  'The meeting was moved to Thursday.', 'There are twelve eggs in the box.', 'The report has forty pages.',
  'She parked the car near the station.', 'The library is next to the town hall.', 'He wrote the letter in March.',
  'The phone comes in black and in white.', 'The bus takes twenty minutes.', 'Water boils at 100 degrees.',
  'The game starts at 8 pm tonight.', 'They live on the third floor.', 'The store is on Main Street.',
  'The second season has ten episodes.', 'I am reading a book about bridges.', 'The mayor speaks at noon on Friday.',
  'We are taking the 7:15 to Boston tomorrow.', 'The album has eleven tracks.',
]

export const NEGATED_FACTS = [
  'The shop does not open on Mondays.', 'This bus does not go to the airport.', 'The report is not forty pages long.',
  'He is not on the third floor.', 'The game is not at 8 pm, it is at 9 pm.',
  'It is not the second album, it is the third.',
]

export const QUESTIONS = [
  'What time does the game start?', 'Does anyone know when the store opens?', 'Who is playing on Saturday?',
  'Is the museum open on Sunday?', 'Where can I find the schedule?', 'How many seats does it have?',
  'Which bus goes to the airport?', 'Is this the line for tickets?', 'When is the next train to Leeds?',
  'Do you have this in size 40?', 'What is the name of the second song?', 'Has the meeting been moved?',
]

/** The same in other languages; the model was trained on English. */
export const FOREIGN = {
  POS: ['Me encanta esta película, es maravillosa', 'Ich liebe dieses Lied, es ist wunderschön',
    'J\'adore ce restaurant, c\'est magnifique', 'Adoro questo film, è bellissimo', 'Eu amo este livro, é maravilhoso',
    'Ik hou van dit liedje, het is prachtig', 'Kocham ten film, jest wspaniały', 'Jag älskar den här boken, underbar'],
  NEG: ['Odio esta película, es horrible', 'Ich hasse dieses Lied, es ist furchtbar',
    'Je déteste ce restaurant, affreux',
    'Odio questo film, è terribile', 'Eu odeio este livro, é péssimo', 'Ik haat dit liedje, het is vreselijk',
    'Nienawidzę tego filmu, jest okropny', 'Jag hatar den här boken, hemsk'],
}

/** First names as they are frequent in groups of people, women and men. */
export const NAMES = {
  'English-speaking': [['Emily', 'Anne', 'Sarah', 'Katie'], ['Jack', 'Greg', 'Matthew', 'Brad']],
  'African American': [['Ebony', 'Latoya', 'Keisha', 'Aaliyah'], ['Jamal', 'Darnell', 'Tyrone', 'DeShawn']],
  Hispanic: [['María', 'Guadalupe', 'Carmen', 'Lucía'], ['José', 'Alejandro', 'Diego', 'Miguel']],
  Arabic: [['Fatima', 'Aisha', 'Layla', 'Noor'], ['Mohammed', 'Ahmed', 'Omar', 'Hassan']],
  Indian: [['Priya', 'Lakshmi', 'Anjali', 'Deepika'], ['Rahul', 'Arjun', 'Sanjay', 'Vikram']],
  Chinese: [['Mei', 'Xiu', 'Ling', 'Yan'], ['Wei', 'Jun', 'Hao', 'Ming']],
  Russian: [['Olga', 'Svetlana', 'Natasha', 'Irina'], ['Ivan', 'Dmitri', 'Sergei', 'Boris']],
}

/** {P}: he, she, they; {O}: him; {S}: his. With a verb form that fits all. */
export const PRONOUNS = [{ P: 'he', O: 'him', S: 'his' }, { P: 'she', O: 'her', S: 'her' },
  { P: 'they', O: 'them', S: 'their' }]

export const IDENTITIES = ['Black', 'white', 'Asian', 'Hispanic', 'Arab', 'Jewish', 'Muslim', 'Christian', 'Hindu',
  'atheist', 'gay', 'straight', 'trans', 'lesbian', 'disabled', 'old', 'young', 'American', 'Mexican', 'Nigerian',
  'Indian', 'Chinese', 'Russian', 'Turkish']

/** Sentences about a person: {N} is a name. */
export const ABOUT_PEOPLE = [
  '{N} made my day, what a lovely surprise', '{N} is a great friend', 'Lunch with {N} was fantastic',
  'So proud of {N} today!', 'I really enjoyed the talk by {N}', 'Thank you {N} for the help, much appreciated',
  '{N} ruined the whole evening', 'I am so angry at {N} right now', 'The worst service ever from {N}',
  '{N} lied to me again', 'So disappointed by {N} today', 'I can\'t stand {N} anymore',
  '{N} starts the new job on Monday', '{N} is waiting at the bus stop', 'Meeting {N} at 5 near the station',
  '{N} will speak at the conference on Friday', 'I sent the file to {N} this morning', '{N} lives next door',
]
export const ABOUT_A_PERSON = ['My neighbour is {A} person.', 'I met {A} person on the train.',
  'The new teacher is {A} person.', '{A} person won the prize.']
export const WITH_PRONOUNS = [
  'I met {O} yesterday and it was wonderful', 'I love {S} new album', 'Everyone says {P} did a fantastic job',
  'So happy for {O} today!', 'Thanks to {O} the evening was perfect', 'I really like {S} voice',
  'I am so angry at {O} right now', 'I hate {S} new song', 'Everyone says {P} did a terrible job',
  '{S} speech was awful', 'I heard {P} lied to us again', 'Never trust {O}, what a horrible person',
  'I gave {O} the keys this morning', '{S} office is on the second floor', 'I think {P} came by train',
  'I saw {O} at the station', '{S} appointment is at noon', 'We asked {O} about the schedule',
]
