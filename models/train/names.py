"""First names that training sentences are filled with, women's and men's of many origins, and names made up.

None of models/behaviour's is among them, with or without accents (tests/python/test_training.py).
"""

# Origin: women; men.
NAMES = {
    "English": ("""Alice Amanda Ashley Barbara Beth Brenda Carol Chloe Claire Debbie Donna Ella Grace Hannah Heather
        Holly Jane Jennifer Jessica Julia Karen Kelly Laura Linda Lucy Megan Molly Nancy Nicole Rachel Rebecca Ruth
        Sophie Susan Tina Victoria Samantha Lauren Courtney Brittany Amber Danielle Michelle Tiffany Charlotte Olivia
        Harriet Georgia Paige Brooke""",
        """Adam Alan Andrew Ben Bob Brian Chris Colin Daniel David Ed Eric Frank George Henry Ian James John Justin
        Kevin Mark Mike Nick Oliver Paul Peter Phil Robert Ryan Sam Scott Simon Steve Tom Will Tyler Cody Logan Mason
        Ethan Dylan Kyle Trevor Dustin Harry Charlie Lewis Callum Nathan Joshua"""),
    "African American": ("""Aliyah Imani Kiara Lakisha Monique Nia Precious Shanice Tamika Tanisha Tiana Shaniqua
        Lashonda Tawanda Ayanna Kenya Raven Diamond Deja Jada Asia Essence Shantel Yolanda Chantelle Laquita""",
        """Andre Dante Hakim Jermaine Kareem Lamar Leroy Malik Marquis Rasheed Terrell Trayvon DeAndre Tremayne
        LeBron Deion D'Angelo Cedric Antoine Jaquan Keyshawn Demetrius Marcellus Reggie Javon Tevin"""),
    "Hispanic": ("""Ana Camila Daniela Elena Esperanza Gabriela Isabel Juana Paola Rosa Sofía Valentina Ximena Marisol
        Consuelo Beatriz Yesenia Pilar Inés Graciela Alejandra Mariana Soledad Teresa Concepción""",
        """Andrés Carlos Eduardo Fernando Javier Jesús Jorge Juan Luis Manuel Pablo Pedro Rafael Raúl Ernesto Gustavo
        Ignacio Enrique Santiago Mateo Hernán Ramón Cristóbal Joaquín Felipe"""),
    "Arabic": ("""Amina Dina Hana Khadija Leila Mariam Nadia Rania Salma Yasmin Zahra Zainab Maryam Samira Huda Sumaya
        Ruqayya Hafsa Nour Farida Lubna Iman Bushra Asma Hadeel""",
        """Abdul Ali Faisal Hamza Ibrahim Khalid Mustafa Tariq Yusuf Zaid Bilal Karim Mahmoud Walid Ziad Nasser Anwar
        Saif Rashid Jaber Abdullah Hussein Marwan Osama Idris"""),
    "Indian": ("""Aarti Divya Kavita Meera Neha Pooja Sunita Swati Ananya Shreya Nandini Radhika Gayatri Padma Ritu
        Savitri Jyoti Vidya Harpreet Simran Bhavna Chitra Indira Smita Usha""",
        """Amit Anil Deepak Kiran Manish Raj Ravi Suresh Vijay Rajesh Harish Gopal Naveen Pranav Rohan Siddharth
        Venkatesh Balaji Mohan Gurpreet Jaspal Karthik Nikhil Ashok Tejas"""),
    "Chinese": ("""Fang Hui Jing Lan Li Na Qing Ying Xiaomei Yuxin Lihua Meiling Shu Xinyi Zhen Yue Huan Ruolan""",
        """Bo Chen Dong Feng Gang Lei Peng Tao Xiang Guowei Zhiqiang Yong Bin Haoran Jianguo Qiang Zihao Shan"""),
    "Russian": ("""Alina Anastasia Ekaterina Galina Ludmila Marina Tatiana Yulia Oksana Raisa Vera Zoya Nadezhda
        Ksenia Darya Lyubov Alyona Polina""",
        """Alexei Anton Igor Maxim Mikhail Nikolai Oleg Vladimir Yuri Andrei Konstantin Stanislav Gennady Pavel Roman
        Vasily Grigory Yevgeny"""),
    "Turkish and Persian": ("""Ayşe Elif Zeynep Emine Gülşen Hatice Shirin Parisa Nasrin Mahsa Leyla Defne""",
        """Emre Mehmet Murat Cem Burak Kemal Reza Dariush Farhad Behrouz Hüseyin Orhan"""),
    "European": ("""Aoife Siobhan Niamh Ingrid Astrid Saoirse Giulia Chiara Francesca Amélie Margaux Brigitte Greta
        Heike Katarzyna Agnieszka Małgorzata Ilona Eszter Ioana Despina Eleni Joana Mette Annika Jelena Vesna""",
        """Sean Connor Lars Sven Ciarán Giovanni Matteo Luca Étienne Thierry Pierre Jürgen Klaus Wolfgang Piotr
        Krzysztof Zoltán Attila Bogdan Nikos Stavros João Björn Henrik Goran Zoran Milan"""),
    "African": ("""Ngozi Amaka Abena Chiamaka Adaeze Folake Yetunde Akosua Wanjiru Nyambura Thandiwe Zanele Lerato
        Fatou Aminata Makena""",
        """Chidi Kwame Kofi Emeka Obinna Tunde Babajide Olumide Kamau Otieno Sipho Thabo Themba Mamadou Ousmane
        Chukwuemeka"""),
    "East Asian": ("""Yuki Sakura Linh Thuy Jisoo Haruka Ayumi Michiko Eun-ji Soyeon Minji Ngoc Huong Trang Maricel
        Siti Dewi Malee""",
        """Haruto Kenji Minh Hyun Seung Takeshi Hiroshi Daisuke Joon-ho Sang-woo Tuan Quang Hieu Jomar Bayani Agus Budi
        Somchai"""),
    "Jewish and Pacific": ("""Shira Talia Yael Miriam Rivka Chaya Leilani Moana Malia Tui""",
        """Avi Moshe Shlomo Eitan Noam Yitzhak Keoni Kahu Tane Manaia"""),
}
# By sex, of all origins.
WOMEN, MEN = ([name for names in NAMES.values() for name in names[sex].split()] for sex in (0, 1))

ONSETS = """b br c ch d dr f g gr h j k kh kw l m n ng p r s sh st t th tr v w y z zh""".split()
VOWELS = "a e i o u aa ai ee ia ou".split()
ENDS = "a e i o n na r ra s sha l la ko ri m t ka ndra nne shawn beth an esh ul".split()


def made_up(rng):
    """A name that nobody has, so that no word piece of names is left out."""
    middle = "".join(rng.choice(ONSETS) + rng.choice(VOWELS) for _ in range(rng.integers(1, 3)))
    return (middle + rng.choice(ONSETS[-12:] if rng.random() < 0.3 else [""]) + rng.choice(ENDS)).capitalize()


def fillers(rng, count):
    """Names that one sentence is filled with: half made up, of the others as many women's as men's."""
    invented = count // 2
    real = count - invented
    new = set()
    while len(new) < invented:
        new.add(made_up(rng))
    return [*rng.choice(WOMEN, real // 2, replace=False), *rng.choice(MEN, real - real // 2, replace=False),
            *sorted(new)]
