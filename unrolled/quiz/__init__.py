"""Quiz items: data in `chapters/quizzes/`, read here, shown in the book."""
